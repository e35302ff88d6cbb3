import type { Sink, Source } from '../sink.ts';

export interface SharedSourceOptions<Item> {
  /** Called once, with the first reader; its signal aborts when no reader is left. */
  readonly start: (sink: Sink<Item>, signal: AbortSignal) => Promise<void>;
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
  /**
   * Adds a reader, which gets what has come, from the first item on, as soon as it is piped. Must not be called after
   * {@link SharedSourceOptions.onClosed}.
   */
  read(signal: AbortSignal): Source<Item>;
}

interface Reader<Item> {
  /** The last that it has got. */
  node: Pick<Node<Item>, 'next'>;
  /** Of what it has got. */
  bytes: number;
  sink: Sink<Item> | undefined;
  /** Its sink has asked to wait. */
  isBlocked: boolean;
  /** Resolves what it waits for: the end of the source, a failure, or that it leaves. */
  settle: () => void;
}

/** Each reader holds the last node that it has got, so what all have got is garbage by itself. */
interface Node<Item> {
  readonly item: Item;
  readonly size: number;
  next: Node<Item> | undefined;
}

/** Returns a source that starts with its first reader; see {@link createInFlight} for what it promises. */
export function createSharedSource<Item>(options: SharedSourceOptions<Item>): SharedSource<Item> {
  const { maxBytes, lingerMs } = options;
  const abort = new AbortController();
  const readers = new Set<Reader<Item>>();
  const root: Pick<Node<Item>, 'next'> = { next: undefined };
  /** What a new reader begins with, as long as there can be one. */
  let first: typeof root | undefined = root;
  let last = root;
  let bytes = 0;
  let isStarted = false;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let goOn: () => void = () => {};
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
    goOn();
  }

  /** Without a reader it goes on, so that whoever comes back has lost no time. */
  function wantsMore(): boolean {
    let isWanted = readers.size === 0;
    for (const reader of readers) {
      if (bytes - reader.bytes > maxBytes) return false;
      isWanted ||= reader.sink !== undefined && !reader.isBlocked;
    }
    return isWanted;
  }

  /** Gives a reader what it has not got yet, as long as it takes it. */
  function deliver(reader: Reader<Item>): void {
    const { sink } = reader;
    if (!sink) return;
    while (!reader.isBlocked && readers.has(reader)) {
      const { next } = reader.node;
      if (!next) {
        if (isOver) reader.settle();
        return;
      }
      reader.node = next;
      reader.bytes += next.size;
      if (sink.write(next.item)) continue;
      if (sink.isDone?.()) return reader.settle();
      reader.isBlocked = true;
      void sink.ready().then(() => {
        reader.isBlocked = false;
        if (sink.isDone?.()) return reader.settle();
        deliver(reader);
        if (wantsMore()) goOn();
      });
    }
  }

  const sink: Sink<Item> = {
    write(item) {
      const node: Node<Item> = { item, size: options.sizeOf(item), next: undefined };
      last.next = node;
      last = node;
      bytes += node.size;
      if (bytes > maxBytes) close();
      for (const reader of readers) deliver(reader);
      // Nobody reads, and nobody can come.
      if (!first && readers.size === 0) stop();
      return !abort.signal.aborted && wantsMore();
    },
    ready: () =>
      new Promise((resolve) => {
        goOn = resolve;
        if (abort.signal.aborted || wantsMore()) resolve();
      }),
    isDone: () => abort.signal.aborted,
  };

  async function run(): Promise<void> {
    try {
      await options.start(sink, abort.signal);
    } catch (error) {
      failure = { error };
      close();
    } finally {
      isOver = true;
      for (const reader of readers) deliver(reader);
    }
  }

  return {
    read(signal) {
      const reader: Reader<Item> = {
        node: first ?? last,
        bytes: 0,
        sink: undefined,
        isBlocked: false,
        settle: () => {},
      };
      clearTimeout(timer);
      readers.add(reader);
      signal.addEventListener('abort', leave, { once: true });

      function leave(): void {
        if (!readers.delete(reader)) return;
        signal.removeEventListener('abort', leave);
        reader.settle();
        if (readers.size > 0) {
          if (wantsMore()) goOn();
        } else if (!first || lingerMs <= 0) stop();
        else {
          timer = setTimeout(stop, lingerMs);
          goOn();
        }
      }

      if (!isStarted) {
        isStarted = true;
        void run();
      }
      return async (target) => {
        const settled = new Promise<void>((resolve) => {
          reader.settle = resolve;
        });
        reader.sink = target;
        deliver(reader);
        if (wantsMore()) goOn();
        if (!readers.has(reader)) reader.settle();
        await settled;
        const hasAll = isOver && reader.node.next === undefined;
        if (hasAll) close();
        leave();
        if (target.isDone?.()) return;
        signal.throwIfAborted();
        if (hasAll && failure) throw failure.error;
      };
    },
  };
}
