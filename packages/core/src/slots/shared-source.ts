export interface SharedSourceOptions<Item> {
  /** Called once, by the first reader; its signal aborts when no reader is left. */
  readonly start: (signal: AbortSignal) => AsyncIterable<Item>;
  readonly sizeOf: (item: Item) => number;
  /** Most bytes kept for later readers, and for the slower ones. */
  readonly maxBytes: number;
  /** Milliseconds that the source goes on without a reader. */
  readonly lingerMs: number;
  /** From now on nobody can join; called once. */
  readonly onClosed: () => unknown;
}

/** A source of items that several can read, each all of it. */
export interface SharedSource<Item> {
  /** Adds a reader, from the first item on. Must not be called after {@link SharedSourceOptions.onClosed}. */
  read(signal: AbortSignal): AsyncIterator<Item>;
}

interface Reader {
  /** Of what it has read. */
  bytes: number;
  isWaiting: boolean;
  wake: () => void;
}

/** Each reader holds the last node that it has read, so what all have read is garbage by itself. */
interface Node<Item> {
  readonly item: Item;
  readonly size: number;
  next: Node<Item> | undefined;
}

/** Returns a source that starts with its first reader; see {@link createInFlight} for what it promises. */
export function createSharedSource<Item>(options: SharedSourceOptions<Item>): SharedSource<Item> {
  const { maxBytes, lingerMs } = options;
  const abort = new AbortController();
  const readers = new Set<Reader>();
  const root: Pick<Node<Item>, 'next'> = { next: undefined };
  /** What a new reader begins with, as long as there can be one. */
  let first: typeof root | undefined = root;
  let last = root;
  let bytes = 0;
  let isStarted = false;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let wakePump = (): void => {};
  let timer: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    if (!first) return;
    first = undefined;
    options.onClosed();
  }

  function stop(): void {
    clearTimeout(timer);
    close();
    if (!isOver) abort.abort();
    wakePump();
  }

  function append(item: Item): void {
    const node: Node<Item> = { item, size: options.sizeOf(item), next: undefined };
    last.next = node;
    last = node;
    bytes += node.size;
    if (bytes > maxBytes) close();
    // Nobody reads, and nobody can come.
    if (!first && readers.size === 0) stop();
  }

  /** Without a reader it goes on, so that whoever comes back has lost no time. */
  function wantsMore(): boolean {
    let isWanted = readers.size === 0;
    for (const reader of readers) {
      if (bytes - reader.bytes > maxBytes) return false;
      isWanted ||= reader.isWaiting;
    }
    return isWanted;
  }

  function wakeReaders(): void {
    for (const reader of readers) reader.wake();
  }

  async function pump(): Promise<void> {
    try {
      for await (const item of options.start(abort.signal)) {
        if (abort.signal.aborted) return;
        append(item);
        wakeReaders();
        while (!abort.signal.aborted && !wantsMore()) {
          await new Promise<void>((resolve) => {
            wakePump = resolve;
          });
        }
        if (abort.signal.aborted) return;
      }
    } catch (error) {
      failure = { error };
      close();
    } finally {
      isOver = true;
      wakeReaders();
    }
  }

  return {
    read(signal) {
      const reader: Reader = { bytes: 0, isWaiting: false, wake: () => {} };
      const begin = first ?? last;
      clearTimeout(timer);
      readers.add(reader);
      signal.addEventListener('abort', leave, { once: true });

      function leave(): void {
        if (!readers.delete(reader)) return;
        signal.removeEventListener('abort', leave);
        reader.wake();
        if (readers.size > 0) wakePump();
        else if (!first || lingerMs <= 0) stop();
        else {
          timer = setTimeout(stop, lingerMs);
          wakePump();
        }
      }

      async function* items(): AsyncGenerator<Item, void, undefined> {
        let node = begin;
        try {
          for (;;) {
            if (!readers.has(reader)) {
              signal.throwIfAborted();
              return;
            }
            const { next } = node;
            if (next) {
              node = next;
              reader.bytes += next.size;
              // It may be the one that the others wait for.
              if (!first) wakePump();
              yield next.item;
            } else if (isOver) {
              close();
              if (failure) throw failure.error;
              return;
            } else {
              const woken = new Promise<void>((resolve) => {
                reader.wake = resolve;
              });
              reader.isWaiting = true;
              wakePump();
              await woken;
              reader.isWaiting = false;
            }
          }
        } finally {
          leave();
        }
      }

      const iterator = items();
      if (!isStarted) {
        isStarted = true;
        void pump();
      }
      return {
        next: () => iterator.next(),
        // A generator that waits for an item, or that has not begun, would not run its `finally` now.
        return() {
          leave();
          return iterator.return();
        },
      };
    },
  };
}
