/** What was wrong with the numbers of one answer. */
export interface SequenceFaults {
  lost: number;
  duplicated: number;
}

/** Returns the token with this number: the number, a point, and as much filling as is wanted. */
export function toNumberedToken(number: number, filling = 0): string {
  return `${number}.${'x'.repeat(filling)}`;
}

/** Reads numbered tokens out of a text that comes in any pieces, and counts what is missing or comes again. */
export class NumberedText {
  readonly faults: SequenceFaults = { lost: 0, duplicated: 0 };
  /** The number that should come next, which is how many came if none was lost. */
  next = 0;
  #rest = '';

  add(text: string): void {
    const parts = (this.#rest + text).split('.');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#take(Number(part.replaceAll('x', '')));
  }

  #take(number: number): void {
    if (number < this.next) {
      this.faults.duplicated += 1;
      return;
    }
    this.faults.lost += number - this.next;
    this.next = number + 1;
  }
}
