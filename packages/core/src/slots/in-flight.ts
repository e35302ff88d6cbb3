import type { Sink, Source } from '../sink.ts';
import { isSameRequest, type RequestKey } from './request-key.ts';
import { SharedSource } from './shared-source.ts';

export interface InFlightOptions {
  /** Most bytes that are kept of one source for those who join later, and for the slower of its readers. */
  readonly maxBytes: number;
  /**
   * Milliseconds that a source goes on after the last reader has left, so that a client that connects again finds it.
   * 0 aborts it at once.
   * @defaultValue 2000
   */
  readonly lingerMs?: number | undefined;
}

/** The items of a source, from the first, for one reader. Can be piped once. */
export interface JoinedSource<Item> {
  readonly pipe: Source<Item>;
  /** A source that another caller had started. */
  readonly isAttached: boolean;
}

export interface InFlight<Item> {
  /**
   * Returns the items of the source that runs under `key`, all from the first; starts one if none does, or if it can
   * no longer be joined. Counts as a reader from now on until its sink is done, it has got the end, or `signal` aborts,
   * which fails it with the signal's reason. A failure of the source reaches every reader, after the items before it.
   *
   * @param start is called at once, and only by the first; its signal aborts when no reader is left
   * @param sizeOf an estimate in bytes; the first caller's counts
   */
  join(
    key: RequestKey,
    start: (sink: Sink<Item>, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
    sizeOf: (item: Item) => number,
  ): JoinedSource<Item>;
  /** True if a source that can be joined runs under `key`. */
  has(key: RequestKey): boolean;
  /** Sources that can be joined. */
  readonly size: number;
}

/**
 * Returns what runs identical requests once: whoever asks for a key that is being answered gets that answer too, from
 * its beginning. A client that lost its connection, or asks again without streaming, then does not wait for the same
 * prompt to be read a second time.
 *
 * A source is read as fast as the fastest of its readers, and no more than `maxBytes` ahead of the slowest. As soon as
 * more than `maxBytes` have come nobody can join any more, and what all readers have is dropped. When a reader has
 * got the end, or the source has failed, the next caller starts anew.
 */
export function createInFlight<Item>(options: InFlightOptions): InFlight<Item> {
  const { maxBytes, lingerMs = 2000 } = options;
  const sources = new Map<string, { readonly key: RequestKey; readonly source: SharedSource<Item> }>();

  function find(key: RequestKey): SharedSource<Item> | undefined {
    const running = sources.get(key.id);
    return running && isSameRequest(running.key, key) ? running.source : undefined;
  }

  function add(
    key: RequestKey,
    start: (sink: Sink<Item>, signal: AbortSignal) => Promise<void>,
    sizeOf: (item: Item) => number,
  ): SharedSource<Item> {
    const source = new SharedSource<Item>({
      start,
      sizeOf,
      maxBytes,
      lingerMs,
      onClosed() {
        if (sources.get(key.id)?.source === source) sources.delete(key.id);
      },
    });
    sources.set(key.id, { key, source });
    return source;
  }

  return {
    join(key, start, signal, sizeOf) {
      if (signal.aborted) return { isAttached: false, pipe: () => Promise.reject(signal.reason) };
      const running = find(key);
      return {
        isAttached: running !== undefined,
        pipe: (running ?? add(key, start, sizeOf)).read(signal),
      };
    },
    has: (key) => find(key) !== undefined,
    get size() {
      return sources.size;
    },
  };
}
