import type { ExchangeRecord } from './exchange-record.ts';

/** The exchanges that are kept, in bounded memory. */
export interface ExchangeStore {
  readonly bytes: number;
  /** Keeps a record; the oldest ones are forgotten where there are too many. */
  add(record: ExchangeRecord, bytes: number): void;
  /** Counts what a record has grown by. Returns whether it is still kept. */
  grow(id: string, bytes: number): boolean;
  has(id: string): boolean;
  get(id: string): ExchangeRecord | undefined;
  /** Oldest first. */
  all(): readonly ExchangeRecord[];
  clear(): void;
}

export interface ExchangeStoreOptions {
  readonly maxBytes: number;
  readonly maxExchanges: number;
  readonly onRemoved: (ids: readonly string[]) => void;
}

/** Returns an empty store. One record must not be larger than `maxBytes`: the last one is never forgotten for its size. */
export function createExchangeStore({
  maxBytes,
  maxExchanges,
  onRemoved,
}: ExchangeStoreOptions): ExchangeStore {
  /** Oldest first. */
  const records = new Map<string, { readonly record: ExchangeRecord; bytes: number }>();
  let total = 0;

  function evict(): void {
    const removed: string[] = [];
    for (const [id, { bytes }] of records) {
      if (records.size <= 1 || (total <= maxBytes && records.size <= maxExchanges)) break;
      records.delete(id);
      total -= bytes;
      removed.push(id);
    }
    if (removed.length > 0) onRemoved(removed);
  }

  return {
    get bytes() {
      return total;
    },
    add(record, bytes) {
      records.set(record.summary.id, { record, bytes });
      total += bytes;
      evict();
    },
    grow(id, bytes) {
      const kept = records.get(id);
      if (!kept) return false;
      kept.bytes += bytes;
      total += bytes;
      evict();
      return records.has(id);
    },
    has: (id) => records.has(id),
    get: (id) => records.get(id)?.record,
    all: () => Array.from(records.values(), ({ record }) => record),
    clear() {
      const ids = [...records.keys()];
      records.clear();
      total = 0;
      onRemoved(ids);
    },
  };
}
