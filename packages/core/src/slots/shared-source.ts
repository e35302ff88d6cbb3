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

const nothing = (): void => {};

/**
 * A source of items that several can read, each all of it; it starts with its first reader. See {@link createInFlight} for
 * what it promises. A class, as everything that is called for each token: docs/decisions/0017.
 */
export class SharedSource<Item> implements Sink<Item> {
  private readonly options: SharedSourceOptions<Item>;
  private readonly abort = new AbortController();
  private readonly readers: Reader<Item>[] = [];
  /** What a new reader begins with, as long as there can be one. */
  private first: Pick<Node<Item>, 'next'> | undefined = { next: undefined };
  private last = this.first as Pick<Node<Item>, 'next'>;
  private bytes = 0;
  private isStarted = false;
  private isStopped = false;
  private isOver = false;
  private failure: { readonly error: unknown } | undefined;
  private goOn = nothing;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SharedSourceOptions<Item>) {
    this.options = options;
  }

  /**
   * Adds a reader, which gets what has come, from the first item on, as soon as it is piped. Must not be called after
   * {@link SharedSourceOptions.onClosed}.
   */
  read(signal: AbortSignal): Source<Item> {
    const reader: Reader<Item> = {
      node: this.first ?? this.last,
      bytes: 0,
      sink: undefined,
      isBlocked: false,
      settle: nothing,
    };
    const leave = (): void => {
      signal.removeEventListener('abort', leave);
      this.leave(reader);
    };
    clearTimeout(this.timer);
    this.readers.push(reader);
    signal.addEventListener('abort', leave, { once: true });
    if (!this.isStarted) {
      this.isStarted = true;
      void this.run();
    }
    return async (target) => {
      const settled = new Promise<void>((resolve) => {
        reader.settle = resolve;
      });
      reader.sink = target;
      this.deliver(reader);
      if (this.wantsMore()) this.goOn();
      if (!this.readers.includes(reader)) reader.settle();
      await settled;
      const hasAll = this.isOver && reader.node.next === undefined;
      if (hasAll) this.close();
      leave();
      if (target.isDone?.()) return;
      signal.throwIfAborted();
      if (hasAll && this.failure) throw this.failure.error;
    };
  }

  write(item: Item): boolean {
    const node: Node<Item> = { item, size: this.options.sizeOf(item), next: undefined };
    this.last.next = node;
    this.last = node;
    this.bytes += node.size;
    if (this.bytes > this.options.maxBytes) this.close();
    for (const reader of this.readers) this.deliver(reader);
    // Nobody reads, and nobody can come.
    if (!this.first && this.readers.length === 0) this.stop();
    return !this.isStopped && this.wantsMore();
  }

  ready(): Promise<void> {
    return new Promise((resolve) => {
      this.goOn = resolve;
      if (this.isStopped || this.wantsMore()) resolve();
    });
  }

  isDone(): boolean {
    return this.isStopped;
  }

  private async run(): Promise<void> {
    try {
      await this.options.start(this, this.abort.signal);
    } catch (error) {
      this.failure = { error };
      this.close();
    } finally {
      this.isOver = true;
      // Who has got the end leaves.
      for (const reader of this.readers.slice()) this.deliver(reader);
    }
  }

  /** Gives a reader what it has not got yet, as long as it takes it. */
  private deliver(reader: Reader<Item>): void {
    const { sink } = reader;
    if (!sink) return;
    while (!reader.isBlocked && this.readers.includes(reader)) {
      const { next } = reader.node;
      if (!next) {
        if (this.isOver) reader.settle();
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
        this.deliver(reader);
        if (this.wantsMore()) this.goOn();
      });
    }
  }

  /** Without a reader it goes on, so that whoever comes back has lost no time. */
  private wantsMore(): boolean {
    let isWanted = this.readers.length === 0;
    for (const reader of this.readers) {
      if (this.bytes - reader.bytes > this.options.maxBytes) return false;
      isWanted ||= reader.sink !== undefined && !reader.isBlocked;
    }
    return isWanted;
  }

  private leave(reader: Reader<Item>): void {
    const at = this.readers.indexOf(reader);
    if (at === -1) return;
    this.readers.splice(at, 1);
    reader.settle();
    const { lingerMs } = this.options;
    if (this.readers.length > 0) {
      if (this.wantsMore()) this.goOn();
    } else if (!this.first || lingerMs <= 0) this.stop();
    else {
      this.timer = setTimeout(() => this.stop(), lingerMs);
      this.goOn();
    }
  }

  private close(): void {
    if (!this.first) return;
    this.first = undefined;
    this.options.onClosed();
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.close();
    this.isStopped = true;
    if (!this.isOver) this.abort.abort();
    this.goOn();
  }
}
