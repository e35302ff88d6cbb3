import { createGate, within } from './gate.ts';

/** What a callback was called with, and a way to wait for a call. */
export interface Collected<Item> {
  readonly items: readonly Item[];
  readonly add: (item: Item) => void;
  /** Resolves with the first item that passes, of those that have come or are to come; rejects with `what` after two seconds. */
  until(test: (item: Item) => boolean, what: string): Promise<Item>;
  /** Resolves with the next item that an earlier `next` has not taken. */
  next(what: string): Promise<Item>;
}

/** Returns an empty collection. */
export function createCollected<Item>(): Collected<Item> {
  const items: Item[] = [];
  let taken = 0;
  let arrived = createGate();

  async function find(test: (item: Item, index: number) => boolean, what: string): Promise<Item> {
    for (;;) {
      const index = items.findIndex(test);
      const item = items[index];
      if (item !== undefined) return item;
      arrived = createGate();
      await within(arrived.opened, 2_000, what);
    }
  }

  return {
    items,
    add(item) {
      items.push(item);
      arrived.open();
    },
    until: (test, what) => find(test, what),
    next: (what) => {
      const position = taken++;
      return find((_item, index) => index === position, what);
    },
  };
}
