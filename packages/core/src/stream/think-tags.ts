/** What {@link ThinkTagSplitter} tells apart. */
export interface ThinkTagReceiver {
  thinking(text: string): void;
  text(text: string): void;
}

const openTag = '<think>';
const closeTag = '</think>';

/**
 * Takes the content of an answer in pieces, cut anywhere, and tells a leading `<think>…</think>` from the text after it,
 * for servers that leave the tags in. Only the beginning of an answer is looked at: later on the tag is something that the
 * model writes about.
 */
export class ThinkTagSplitter {
  private readonly receiver: ThinkTagReceiver;
  /** `opened` and `closed`: line ends right behind a tag belong to the tag. */
  private state: 'before' | 'opened' | 'inside' | 'closed' | 'after';
  private held = '';

  /** @param startsInThinking - the opening tag stands in the prompt, so the answer begins inside the thought */
  constructor(receiver: ThinkTagReceiver, startsInThinking = false) {
    this.receiver = receiver;
    this.state = startsInThinking ? 'opened' : 'before';
  }

  push(content: string): void {
    const { receiver } = this;
    if (this.state === 'after') return receiver.text(content);
    this.held += content;
    if (this.state === 'before') {
      const trimmed = this.held.trimStart();
      if (trimmed.length < openTag.length && openTag.startsWith(trimmed)) return;
      if (!trimmed.startsWith(openTag)) {
        this.state = 'after';
        return this.end();
      }
      this.state = 'opened';
      this.held = trimmed.slice(openTag.length);
    }
    if (this.state === 'opened') {
      this.held = this.held.trimStart();
      if (this.held === '') return;
      this.state = 'inside';
    }
    if (this.state === 'inside') {
      const close = this.held.indexOf(closeTag);
      if (close === -1) {
        const keep = partialTagLength(this.held);
        if (this.held.length > keep) receiver.thinking(this.held.slice(0, this.held.length - keep));
        this.held = this.held.slice(this.held.length - keep);
        return;
      }
      if (close > 0) receiver.thinking(this.held.slice(0, close));
      this.held = this.held.slice(close + closeTag.length);
      this.state = 'closed';
    }
    this.held = this.held.trimStart();
    if (this.held === '') return;
    this.state = 'after';
    this.end();
  }

  /** Releases what was held back. */
  end(): void {
    const text = this.held;
    this.held = '';
    if (text === '') return;
    if (this.state === 'inside') this.receiver.thinking(text);
    else this.receiver.text(text);
  }

  /** All that it gets from now on is text. */
  isPassing(): boolean {
    return this.state === 'after';
  }
}

/** How many characters at the end of `text` may be the beginning of the closing tag. */
function partialTagLength(text: string): number {
  for (let length = Math.min(text.length, closeTag.length - 1); length > 0; length--) {
    if (text.endsWith(closeTag.slice(0, length))) return length;
  }
  return 0;
}
