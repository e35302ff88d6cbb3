/**
 * Takes the content of an answer in pieces and passes on what comes after `prefill`. llama-server repeats the client's own
 * beginning of a turn; the API returns the continuation only. If the answer begins otherwise, nothing is lost.
 */
export class PrefillStripper {
  private readonly pass: (content: string) => void;
  private expected: string;
  private held = '';

  constructor(prefill: string, pass: (content: string) => void) {
    this.expected = prefill;
    this.pass = pass;
  }

  push(content: string): void {
    if (this.expected === '') return this.pass(content);
    this.held += content;
    if (this.held.length >= this.expected.length) {
      if (this.held.startsWith(this.expected)) this.held = this.held.slice(this.expected.length);
      this.end();
    } else if (!this.expected.startsWith(this.held)) this.end();
  }

  /** Releases what was held back. */
  end(): void {
    const text = this.held;
    this.expected = '';
    this.held = '';
    if (text !== '') this.pass(text);
  }

  /** It passes on all that it gets from now on. */
  isPassing(): boolean {
    return this.expected === '';
  }
}
