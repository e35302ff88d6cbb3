import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createQueue, longestBackgroundWaitMs, type Queue, type Ticket } from './queue.ts';

/** Each request has a signal of its own, as in real life: Node warns of many listeners on one. */
const newSignal = (): AbortSignal => new AbortController().signal;

/** Queues requests by name, such as `a1` of conversation `a`, and notes the order in which they are served. */
function createVisitors(queue: Queue) {
  const served: string[] = [];
  const tickets = new Map<string, Ticket>();
  return {
    served,
    tickets,
    ask(name: string, isBackground = false): void {
      const request = { conversation: name.charAt(0), isBackground, signal: newSignal() };
      void queue.acquire(request).then((ticket) => {
        served.push(name);
        tickets.set(name, ticket);
      });
    },
    /** Releases whatever runs, one after another, until all are served. */
    async serveAll(): Promise<string[]> {
      for (;;) {
        await settle();
        const [next] = tickets;
        if (!next) return served;
        tickets.delete(next[0]);
        next[1].release();
      }
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

function oneSlot(maxWaiting = 100): Queue {
  const queue = createQueue({ maxWaiting });
  queue.resize(1);
  return queue;
}

describe('the order', () => {
  it('is main turns before background work', async () => {
    const visitors = createVisitors(oneSlot());
    visitors.ask('a1');
    visitors.ask('b1', true);
    visitors.ask('c1');
    visitors.ask('c2');
    expect(await visitors.serveAll()).toEqual(['a1', 'c1', 'c2', 'b1']);
  });

  it('takes conversations in turn, so that a crowd of one does not hold up another', async () => {
    const visitors = createVisitors(oneSlot());
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) visitors.ask(name);
    expect(await visitors.serveAll()).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
  });

  it('lets background work through after four main turns that overtook it', async () => {
    const visitors = createVisitors(oneSlot());
    visitors.ask('a0');
    visitors.ask('t1', true);
    visitors.ask('t2', true);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9']) visitors.ask(name);
    const order = 'a0 a1 a2 a3 a4 t1 a5 a6 a7 a8 t2 a9';
    expect((await visitors.serveAll()).join(' ')).toBe(order);
  });
});

describe('the time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('in the queue is told', async () => {
    const queue = oneSlot();
    const request = { conversation: 'a', isBackground: false, signal: newSignal() };
    const first = await queue.acquire(request);
    const second = queue.acquire(request);
    vi.advanceTimersByTime(1234);
    first.release();
    expect(first.waitedMs).toBe(0);
    expect((await second).waitedMs).toBe(1234);
  });

  it('that background work waits is limited, and it does not turn the order around', async () => {
    const visitors = createVisitors(oneSlot());
    visitors.ask('a1');
    for (const name of ['t1', 't2', 't3']) visitors.ask(name, true);
    visitors.ask('a2');
    visitors.ask('a3');
    await settle();
    vi.advanceTimersByTime(longestBackgroundWaitMs);
    expect(await visitors.serveAll()).toEqual(['a1', 't1', 'a2', 't2', 'a3', 't3']);
  });

  it('of a retry comes from how long requests take, and stays within what clients heed', async () => {
    async function refusedAfter(serviceMs: number | undefined, slots: number): Promise<unknown> {
      const queue = createQueue({ maxWaiting: 0 });
      const request = { conversation: 'a', isBackground: false, signal: newSignal() };
      queue.resize(slots);
      if (serviceMs !== undefined) {
        const ticket = await queue.acquire(request);
        vi.advanceTimersByTime(serviceMs);
        ticket.release();
      }
      for (let slot = 0; slot < slots; slot++) await queue.acquire(request);
      return queue.acquire(request).catch((reason: unknown) => reason);
    }
    const overloaded = { type: 'overloaded_error', status: 529 };
    expect(await refusedAfter(undefined, 1)).toMatchObject({ ...overloaded, retryAfter: 5 });
    expect(await refusedAfter(20_000, 1)).toMatchObject({ retryAfter: 20 });
    expect(await refusedAfter(20_000, 4)).toMatchObject({ retryAfter: 5 });
    expect(await refusedAfter(1, 1)).toMatchObject({ retryAfter: 1 });
    expect(await refusedAfter(600_000, 1)).toMatchObject({ retryAfter: 59 });
  });
});

describe('a place in the queue', () => {
  it('is told when it begins and whenever it changes', async () => {
    const queue = oneSlot();
    const positions = { a: [] as number[], b: [] as number[], t: [] as number[] };
    const ask = (name: keyof typeof positions, isBackground = false) =>
      queue.acquire({
        conversation: name,
        isBackground,
        signal: newSignal(),
        onPosition: (position) => positions[name].push(position),
      });
    const running = await queue.acquire({ conversation: 'x', isBackground: false, signal: newSignal() });
    const background = ask('t', true);
    const a = ask('a');
    const b = ask('b');
    expect(positions).toEqual({ a: [1], b: [2], t: [1, 2, 3] });
    running.release();
    expect(positions).toEqual({ a: [1], b: [2, 1], t: [1, 2, 3, 2] });
    (await a).release();
    (await b).release();
    await background;
    expect(positions.t).toEqual([1, 2, 3, 2, 1]);
  });

  it('is given up at once when the client leaves, for those behind and for those refused', async () => {
    const queue = oneSlot(2);
    const leaves = new AbortController();
    const request = { conversation: 'a', isBackground: false, signal: newSignal() };
    const running = await queue.acquire(request);
    const left = queue.acquire({ ...request, signal: leaves.signal });
    const positions: number[] = [];
    const behind = queue.acquire({ ...request, onPosition: (position) => positions.push(position) });
    await expect(queue.acquire(request)).rejects.toMatchObject({ status: 529 });

    leaves.abort(new Error('gone'));
    expect(queue.stats()).toEqual({ running: 1, waiting: 1 });
    expect(positions).toEqual([2, 1]);
    await expect(left).rejects.toThrow('gone');
    running.release();
    (await behind).release();
    expect(queue.stats()).toEqual({ running: 0, waiting: 0 });
  });

  it('is not taken by a client that has left before', async () => {
    const queue = oneSlot();
    const request = { conversation: 'a', isBackground: false, signal: AbortSignal.abort(new Error('gone')) };
    await expect(queue.acquire(request)).rejects.toThrow('gone');
    expect(queue.stats()).toEqual({ running: 0, waiting: 0 });
  });
});

describe('the slots', () => {
  const request = { conversation: 'a', isBackground: false, signal: newSignal() };

  it('are without limit until something says how many there are', async () => {
    const queue = createQueue({ maxWaiting: 0 });
    for (let count = 0; count < 50; count++) await queue.acquire(request);
    queue.resize(1);
    await expect(queue.acquire(request)).rejects.toMatchObject({ status: 529 });
    queue.resize(0);
    await queue.acquire(request);
    expect(queue.stats().running).toBe(51);
  });

  it('that are added are used at once', async () => {
    const queue = oneSlot();
    await queue.acquire(request);
    const waiting = [queue.acquire(request), queue.acquire(request)];
    queue.resize(undefined);
    await Promise.all(waiting);
    expect(queue.stats()).toEqual({ running: 3, waiting: 0 });
  });

  it('are given back once, however often a ticket is released', async () => {
    const queue = oneSlot();
    const first = await queue.acquire(request);
    first.release();
    await queue.acquire(request);
    first.release();
    expect(queue.stats().running).toBe(1);
  });
});

describe('whatever comes and goes', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('ask' as const),
      conversation: fc.constantFrom('a', 'b', 'c'),
      isBackground: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('finish' as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant('leave' as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant('resize' as const), slots: fc.integer({ min: 1, max: 4 }) }),
  );

  it('no more run than there are slots, all are served or gone, and each conversation in its order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const queue = createQueue({ maxWaiting: 100 });
        const running: Ticket[] = [];
        const waiting: { index: number; abort: AbortController }[] = [];
        const served = new Map<string, number[]>();
        let slots = 2;
        let [asked, gone] = [0, 0];
        queue.resize(slots);

        for (const [index, now] of steps.entries()) {
          const before = running.length;
          if (now.kind === 'ask') {
            const abort = new AbortController();
            const entry = { index, abort };
            waiting.push(entry);
            asked++;
            const line = `${now.conversation}${now.isBackground ? ' background' : ''}`;
            void queue.acquire({ ...now, signal: abort.signal }).then(
              (ticket) => {
                running.push(ticket);
                waiting.splice(waiting.indexOf(entry), 1);
                served.set(line, [...(served.get(line) ?? []), index]);
              },
              () => {
                gone++;
                waiting.splice(waiting.indexOf(entry), 1);
              },
            );
          } else if (now.kind === 'finish')
            running.splice(now.which % (running.length || 1), 1)[0]?.release();
          else if (now.kind === 'leave') waiting[now.which % (waiting.length || 1)]?.abort.abort();
          else queue.resize((slots = now.slots));
          await settle();

          expect(queue.stats()).toEqual({ running: running.length, waiting: waiting.length });
          expect(running.length).toBeLessThanOrEqual(Math.max(slots, before));
          if (running.length < slots) expect(waiting).toEqual([]);
        }

        for (let ticket = running.shift(); ticket; ticket = running.shift()) {
          ticket.release();
          await settle();
        }
        expect(queue.stats()).toEqual({ running: 0, waiting: 0 });
        const all = [...served.values()];
        expect(all.flat().length).toBe(asked - gone);
        for (const indexes of all) expect(indexes).toEqual([...indexes].sort((one, other) => one - other));
      }),
      { numRuns: 200 },
    );
  });
});
