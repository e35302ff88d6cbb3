import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pull, pump, type Sink } from '../sink.ts';
import type { ChatRequest } from '../chat/types.ts';
import { createInFlight, type InFlight } from './in-flight.ts';

/** A source that a test feeds; it notes how far it was read and that it was told to stop. */
function createFeed() {
  const items: number[] = [];
  let ending: { error?: unknown } | undefined;
  let wake = (): void => {};
  const feed = {
    starts: 0,
    reads: 0,
    signal: undefined as AbortSignal | undefined,
    push(...more: number[]): void {
      items.push(...more);
      wake();
    },
    end(error?: unknown): void {
      ending = error === undefined ? {} : { error };
      wake();
    },
    start: (sink: Sink<number>, signal: AbortSignal): Promise<void> => pump(feed.items(signal), sink),
    async *items(signal: AbortSignal): AsyncGenerator<number> {
      feed.starts++;
      feed.signal = signal;
      signal.addEventListener('abort', () => wake());
      for (;;) {
        signal.throwIfAborted();
        const item = items.shift();
        if (item !== undefined) {
          feed.reads++;
          yield item;
        } else if (ending) {
          if ('error' in ending) throw ending.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
  return feed;
}

type Feed = ReturnType<typeof createFeed>;
const sizeOf = (): number => 1;
const present = (): AbortSignal => new AbortController().signal;

/** A reader that takes one item after another; leaving its loop is what a client does that goes away. */
interface Joined extends AsyncIterable<number> {
  readonly isAttached: boolean;
}

function join(
  inFlight: InFlight<number>,
  { start }: Pick<Feed, 'start'>,
  signal = present(),
  key = 'k',
): Joined {
  const left = new AbortController();
  const chat: ChatRequest = { model: key, messages: [] };
  const joined = inFlight.join({ id: key, chat }, start, AbortSignal.any([signal, left.signal]), sizeOf);
  return {
    isAttached: joined.isAttached,
    [Symbol.asyncIterator]() {
      const iterator = pull(joined.pipe, () => left.abort());
      return {
        next: () => iterator.next(),
        return() {
          left.abort();
          return iterator.return();
        },
      };
    },
  };
}

async function all(source: AsyncIterable<number>): Promise<number[]> {
  const items: number[] = [];
  for await (const item of source) items.push(item);
  return items;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('an identical request', () => {
  it('gets what has come and what comes, and the source starts once', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100 }), createFeed()];
    const first = join(inFlight, feed);
    const one = all(first);
    feed.push(1, 2);
    await settle();
    const second = join(inFlight, feed);
    const other = all(second);
    feed.push(3);
    feed.end();
    expect(await Promise.all([one, other])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect([first.isAttached, second.isAttached, feed.starts]).toEqual([false, true, 1]);
    expect(inFlight.size).toBe(0);
  });

  it('is started at once, before anybody reads', () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100 }), createFeed()];
    const start = vi.fn<Feed['start']>(feed.start);
    join(inFlight, { start });
    expect(start).toHaveBeenCalledOnce();
  });

  it('starts anew under another key, and after the first has got its end', async () => {
    const inFlight = createInFlight<number>({ maxBytes: 100 });
    const feeds = [createFeed(), createFeed(), createFeed()] as const;
    const [one, other] = [all(join(inFlight, feeds[0])), all(join(inFlight, feeds[1], present(), 'l'))];
    for (const feed of feeds) feed.end();
    await Promise.all([one, other]);
    expect(join(inFlight, feeds[2]).isAttached).toBe(false);
    expect(feeds.map((feed) => feed.starts)).toEqual([1, 1, 1]);
  });

  it('fails with the first, after the items before, and the next starts anew', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100 }), createFeed()];
    const sources = [join(inFlight, feed), join(inFlight, feed)];
    const got: number[][] = [[], []];
    const ends = sources.map(async (source, index) => {
      for await (const item of source) got[index]?.push(item);
    });
    feed.push(1);
    feed.end(new Error('the model crashed'));
    for (const end of ends) await expect(end).rejects.toThrow('the model crashed');
    expect(got).toEqual([[1], [1]]);
    expect(join(inFlight, createFeed()).isAttached).toBe(false);
  });

  it('fails with the first also where the source cannot even be made', async () => {
    const inFlight = createInFlight<number>({ maxBytes: 100 });
    const start = (): never => {
      throw new Error('no upstream');
    };
    await expect(all(join(inFlight, { start }))).rejects.toThrow('no upstream');
    expect(inFlight.size).toBe(0);
  });
});

it('another request whose id is the same by chance is answered by itself', async () => {
  const [inFlight, feed, other] = [createInFlight<number>({ maxBytes: 100 }), createFeed(), createFeed()];
  const first = inFlight.join({ id: 'k', chat: { model: 'm', messages: [] } }, feed.start, present(), sizeOf);
  const second = inFlight.join(
    { id: 'k', chat: { model: 'n', messages: [] } },
    other.start,
    present(),
    sizeOf,
  );
  expect([first.isAttached, second.isAttached, feed.starts, other.starts]).toEqual([false, false, 1, 1]);
});

describe('a source that nobody reads any more', () => {
  it('goes on for a while, and who comes back then gets all of it', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100 }), createFeed()];
    const client = new AbortController();
    const lost = all(join(inFlight, feed, client.signal));
    feed.push(1);
    await settle();
    client.abort(new Error('gone'));
    await expect(lost).rejects.toThrow('gone');
    feed.push(2, 3);
    await settle();
    expect(feed.reads).toBe(3);

    await vi.advanceTimersByTimeAsync(1999);
    const back = all(join(inFlight, feed));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(feed.signal?.aborted).toBe(false);
    feed.end();
    expect(await back).toEqual([1, 2, 3]);
    expect(feed.starts).toBe(1);
  });

  it('that has come to its end meanwhile still answers who comes back', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100 }), createFeed()];
    const client = new AbortController();
    join(inFlight, feed, client.signal);
    client.abort();
    feed.push(1);
    feed.end();
    await settle();
    expect(await all(join(inFlight, feed))).toEqual([1]);
    expect(feed.starts).toBe(1);
    expect(inFlight.size).toBe(0);
  });

  it('that has failed meanwhile is started anew for who comes back', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100 }), createFeed()];
    const client = new AbortController();
    join(inFlight, feed, client.signal);
    client.abort();
    feed.end(new Error('the model crashed'));
    await settle();
    expect(join(inFlight, createFeed()).isAttached).toBe(false);
  });

  it('is stopped when nobody comes', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100 }), createFeed()];
    const client = new AbortController();
    join(inFlight, feed, client.signal);
    client.abort();
    await vi.advanceTimersByTimeAsync(1999);
    expect(feed.signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(feed.signal?.aborted).toBe(true);
    expect(inFlight.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['aborts', 'leaves the loop', 'never began the loop'])(
    'is stopped at once without a grace, when the client %s',
    async (how) => {
      const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100, lingerMs: 0 }), createFeed()];
      const client = new AbortController();
      const iterator = join(inFlight, feed, client.signal)[Symbol.asyncIterator]();
      feed.push(1);
      if (how === 'leaves the loop') await iterator.next();
      if (how === 'aborts') client.abort();
      else await iterator.return?.();
      expect(feed.signal?.aborted).toBe(true);
      expect(inFlight.size).toBe(0);
    },
  );

  it('goes on while one of several is left', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100, lingerMs: 0 }), createFeed()];
    const client = new AbortController();
    const gone = all(join(inFlight, feed, client.signal));
    const left = all(join(inFlight, feed));
    client.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    feed.push(1);
    feed.end();
    expect(await left).toEqual([1]);
  });

  it('is not started for a client that has left before', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100 }), createFeed()];
    const source = join(inFlight, feed, AbortSignal.abort(new Error('gone')));
    await expect(all(source)).rejects.toThrow('gone');
    expect([feed.starts, inFlight.size]).toEqual([0, 0]);
  });
});

describe('the buffer', () => {
  it('is filled no faster than somebody reads', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 100 }), createFeed()];
    const iterator = join(inFlight, feed)[Symbol.asyncIterator]();
    feed.push(1, 2, 3, 4);
    await iterator.next();
    await settle();
    expect(feed.reads).toBeLessThanOrEqual(2);
  });

  it('lets a slow reader fall behind by its size, and no further', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 3 }), createFeed()];
    const fast = all(join(inFlight, feed));
    const slow = join(inFlight, feed)[Symbol.asyncIterator]();
    feed.push(1, 2, 3, 4, 5, 6, 7, 8);
    feed.end();
    await settle();
    expect(feed.reads).toBe(4);
    expect(await slow.next()).toEqual({ done: false, value: 1 });
    await settle();
    expect(feed.reads).toBe(5);
    await slow.return?.();
    expect(await fast).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('that is full lets nobody join, and those who read go on', async () => {
    const [inFlight, feed, next] = [createInFlight<number>({ maxBytes: 2 }), createFeed(), createFeed()];
    const first = all(join(inFlight, feed));
    feed.push(1, 2, 3);
    await settle();
    const second = join(inFlight, next);
    expect(second.isAttached).toBe(false);
    // The first one's end does not take the second out of the list.
    feed.push(4, 5, 6);
    feed.end();
    expect(await first).toEqual([1, 2, 3, 4, 5, 6]);
    expect(join(inFlight, next).isAttached).toBe(true);
  });

  it('that is full and that nobody reads any more stops the source at once', async () => {
    const [inFlight, feed] = [createInFlight<number>({ maxBytes: 2 }), createFeed()];
    const client = new AbortController();
    join(inFlight, feed, client.signal);
    client.abort();
    feed.push(1, 2, 3);
    await settle();
    expect(feed.signal?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('every reader that stays gets the same, all of it, whoever joins, waits or leaves', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const) }),
    fc.record({ kind: fc.constant('join' as const) }),
    fc.record({ kind: fc.constant('read' as const), which: fc.nat(5) }),
    fc.record({ kind: fc.constant('leave' as const), which: fc.nat(5) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      async (steps, maxBytes) => {
        const [inFlight, feed] = [createInFlight<number>({ maxBytes }), createFeed()];
        interface Reader {
          got: number[];
          iterator: AsyncIterator<number>;
          isReading: boolean;
        }
        const readers: Reader[] = [];
        let pushed = 0;
        function read(reader: Reader): void {
          if (reader.isReading) return;
          reader.isReading = true;
          void reader.iterator.next().then(
            (result) => {
              reader.isReading = false;
              if (!result.done) reader.got.push(result.value);
            },
            // It has left.
            () => {},
          );
        }
        function add(): void {
          if (readers.length > 0 && inFlight.size === 0) return;
          const source = join(inFlight, feed);
          readers.push({ got: [], iterator: source[Symbol.asyncIterator](), isReading: false });
        }

        add();
        for (const now of steps) {
          if (now.kind === 'push') feed.push(pushed++);
          else if (now.kind === 'join') add();
          else {
            const reader = readers[now.which % readers.length];
            if (reader && now.kind === 'read') read(reader);
            else if (reader && readers.length > 1) {
              readers.splice(readers.indexOf(reader), 1);
              void reader.iterator.return?.();
            }
          }
          await settle();
          const furthest = Math.max(...readers.map(({ got }) => got.length));
          const slowest = Math.min(...readers.map(({ got }) => got.length));
          expect(furthest - slowest).toBeLessThanOrEqual(maxBytes + 1);
        }

        feed.end();
        const expected = Array.from({ length: pushed }, (_, index) => index);
        await settle();
        await Promise.all(
          readers.map(async ({ got, iterator }) => {
            for (;;) {
              const result = await iterator.next();
              if (result.done) break;
              got.push(result.value);
            }
          }),
        );
        for (const { got } of readers) expect(got).toEqual(expected);
        expect([feed.starts, inFlight.size]).toEqual([1, 0]);
      },
    ),
    { numRuns: 200 },
  );
});
