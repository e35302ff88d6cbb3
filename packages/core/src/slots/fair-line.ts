/** Things that wait, in a fair order between those they wait for. */
export interface FairLine<Entry> {
  readonly size: number;
  push(conversation: string, entry: Entry): void;
  remove(conversation: string, entry: Entry): void;
  /** Takes out and returns the entry whose turn it is. */
  take(): Entry | undefined;
  /** Returns all entries in the order in which {@link FairLine.take} would return them. */
  order(): Entry[];
}

/**
 * Returns a line that serves conversations in turn: first in, first out within each, and one with many entries waits
 * behind every other after each of them. A conversation that comes anew goes to the end of the round.
 */
export function createFairLine<Entry>(): FairLine<Entry> {
  /** In the order of the round; no list is empty. */
  const round = new Map<string, Entry[]>();

  return {
    get size() {
      let size = 0;
      for (const entries of round.values()) size += entries.length;
      return size;
    },
    push(conversation, entry) {
      const entries = round.get(conversation);
      if (entries) entries.push(entry);
      else round.set(conversation, [entry]);
    },
    remove(conversation, entry) {
      const entries = round.get(conversation);
      const index = entries?.indexOf(entry) ?? -1;
      if (!entries || index === -1) return;
      entries.splice(index, 1);
      if (entries.length === 0) round.delete(conversation);
    },
    take() {
      for (const [conversation, entries] of round) {
        const entry = entries.shift();
        round.delete(conversation);
        if (entries.length > 0) round.set(conversation, entries);
        return entry;
      }
      return undefined;
    },
    order() {
      const ordered: Entry[] = [];
      let left = [...round.values()];
      for (let index = 0; left.length > 0; index++) {
        left = left.filter((entries) => entries.length > index);
        for (const entries of left) ordered.push(entries[index] as Entry);
      }
      return ordered;
    },
  };
}
