/**
 * Returns whether a client's `replayed` text is the `original` one: blank at its ends or not, and with any white space, or
 * none, at up to `joints` places inside, which are where the client was sent one text in several blocks. White
 * space elsewhere is part of the text: it is what Python code is indented with.
 */
export function isReplayedText(original: string, replayed: string, joints: number): boolean {
  const left = original.trim();
  const right = replayed.trim();
  if (left === right) return true;
  let [leftAt, rightAt, jointsLeft] = [0, 0, joints];
  while (leftAt < left.length && rightAt < right.length) {
    if (left[leftAt] === right[rightAt]) {
      leftAt += 1;
      rightAt += 1;
      continue;
    }
    if (jointsLeft === 0) return false;
    jointsLeft -= 1;
    // They may have parted in the middle of two gaps that begin alike.
    const [leftEnd, rightEnd] = [gapEnd(left, leftAt), gapEnd(right, rightAt)];
    if (leftEnd === leftAt && rightEnd === rightAt) return false;
    leftAt = leftEnd;
    rightAt = rightEnd;
  }
  return leftAt === left.length && rightAt === right.length;
}

function gapEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && /\s/.test(text[end] ?? '')) end += 1;
  return end;
}
