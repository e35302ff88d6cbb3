/**
 * Where the conversations of threads are kept. Pass one of your own (Redis, a table, …) to share threads among
 * processes or to keep them across restarts; best effort is enough, because a client whose thread is gone sends the
 * whole conversation again.
 *
 * Values are JSON and hold what users wrote: treat them like the conversations they are. Keys are at most 300
 * characters of letters, digits, `_`, `-` and `:`, as long as the owner is a hash.
 *
 * @example
 * ```ts
 * const store: ThreadStore = {
 *   get: async (key) => (await redis.get(key)) ?? undefined,
 *   set: async (key, value, ttlMs) => void (await redis.set(key, value, { PX: ttlMs })),
 * };
 * ```
 */
export interface ThreadStore {
  /** Returns what was last set under `key`, or undefined if there is nothing or its time is over. */
  get(key: string): Promise<string | undefined> | string | undefined;
  /** Keeps `value` for `ttlMs` milliseconds, in place of what was there. */
  set(key: string, value: string, ttlMs: number): Promise<void> | void;
}

export interface MemoryThreadStoreOptions {
  /** Bytes of keys and values together, as V8 holds them. @defaultValue 64 MiB */
  readonly maxBytes?: number | undefined;
}

interface Entry {
  readonly value: string;
  readonly bytes: number;
  readonly expiresAt: number;
}

/** What an entry costs beside its characters: the map's slot, the object and two string headers, rounded up. */
const entryOverheadBytes = 256;

/**
 * Returns a store in this process's memory that never holds more than `maxBytes`: the entry that was not read or
 * written for the longest time goes first. A value that alone is larger is not kept. It owns no timer, so what has
 * expired stays in memory, unreadable, until later writes reach it.
 */
export function createMemoryThreadStore(options: MemoryThreadStoreOptions = {}): ThreadStore {
  const { maxBytes = 64 * 1024 * 1024 } = options;
  /** Least recently used first: a Map iterates in the order of insertion. */
  const entries = new Map<string, Entry>();
  let totalBytes = 0;

  function remove(key: string): void {
    totalBytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  }

  function makeRoom(now: number): void {
    for (const [key, entry] of entries) {
      if (totalBytes <= maxBytes && entry.expiresAt > now) return;
      remove(key);
    }
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.expiresAt <= performance.now()) {
        remove(key);
        return undefined;
      }
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, ttlMs) {
      remove(key);
      const now = performance.now();
      const bytes = bytesOf(key) + bytesOf(value) + entryOverheadBytes;
      if (bytes <= maxBytes) {
        entries.set(key, { value, bytes, expiresAt: now + ttlMs });
        totalBytes += bytes;
      }
      makeRoom(now);
    },
  };
}

/** V8 keeps a string in one byte a character as long as all are Latin-1, otherwise in two. */
function bytesOf(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? text.length * 2 : text.length;
}
