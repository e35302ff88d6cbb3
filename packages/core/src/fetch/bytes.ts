/** Returns whether `length` bytes of both are the same, from the given places on; neither may end before. */
export function isSameBytes(
  one: Uint8Array,
  at: number,
  other: Uint8Array,
  otherAt: number,
  length: number,
): boolean {
  const left = new DataView(one.buffer, one.byteOffset + at, length);
  const right = new DataView(other.buffer, other.byteOffset + otherAt, length);
  let same = 0;
  while (same + 8 <= length && isSameAt(left, right, same)) same += 8;
  while (same < length && left.getUint8(same) === right.getUint8(same)) same += 1;
  return same === length;
}

/** Eight bytes: one at a time takes six times as long. */
function isSameAt(left: DataView, right: DataView, at: number): boolean {
  return (
    ((left.getInt32(at, true) ^ right.getInt32(at, true)) |
      (left.getInt32(at + 4, true) ^ right.getInt32(at + 4, true))) ===
    0
  );
}

/** Returns all pieces, one behind the other. */
export function concatBytes(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
