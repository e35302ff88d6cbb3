/** What {@link createThinkTagSplitter} tells apart. */
export interface ThinkTagReceiver {
  thinking(text: string): void;
  text(text: string): void;
}

const openTag = '<think>';
const closeTag = '</think>';

/**
 * Returns a function that takes the content of an answer in pieces, cut anywhere, and tells a leading
 * `<think>…</think>` from the text after it, for servers that leave the tags in. Only the beginning of an answer
 * is looked at: later on the tag is something that the model writes about. `end` releases what was held back. While it
 * `isPassing`, all that it gets is text.
 *
 * @param startsInThinking - the opening tag stands in the prompt, so the answer begins inside the thought
 */
export function createThinkTagSplitter(
  receiver: ThinkTagReceiver,
  startsInThinking = false,
): { push(content: string): void; end(): void; isPassing(): boolean } {
  /** `opened` and `closed`: line ends right behind a tag belong to the tag. */
  let state: 'before' | 'opened' | 'inside' | 'closed' | 'after' = startsInThinking ? 'opened' : 'before';
  let held = '';

  function push(content: string): void {
    if (state === 'after') return receiver.text(content);
    held += content;
    if (state === 'before') {
      const trimmed = held.trimStart();
      if (trimmed.length < openTag.length && openTag.startsWith(trimmed)) return;
      if (!trimmed.startsWith(openTag)) return release('after', receiver.text);
      state = 'opened';
      held = trimmed.slice(openTag.length);
    }
    if (state === 'opened') {
      held = held.trimStart();
      if (held === '') return;
      state = 'inside';
    }
    if (state === 'inside') {
      const close = held.indexOf(closeTag);
      if (close === -1) {
        const keep = partialTagLength(held);
        if (held.length > keep) receiver.thinking(held.slice(0, held.length - keep));
        held = held.slice(held.length - keep);
        return;
      }
      if (close > 0) receiver.thinking(held.slice(0, close));
      held = held.slice(close + closeTag.length);
      state = 'closed';
    }
    held = held.trimStart();
    if (held !== '') release('after', receiver.text);
  }

  function release(next: typeof state, to: (text: string) => void): void {
    const text = held;
    held = '';
    state = next;
    if (text !== '') to(text);
  }

  return {
    push,
    isPassing: () => state === 'after',
    end: () => release(state, state === 'inside' ? receiver.thinking : receiver.text),
  };
}

/** How many characters at the end of `text` may be the beginning of the closing tag. */
function partialTagLength(text: string): number {
  for (let length = Math.min(text.length, closeTag.length - 1); length > 0; length--) {
    if (text.endsWith(closeTag.slice(0, length))) return length;
  }
  return 0;
}
