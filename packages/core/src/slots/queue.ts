import { MessagesError } from '../errors.ts';
import { createFairLine } from './fair-line.ts';

/** So many main turns may overtake waiting background work before some of it goes next. */
const mainTurnsBeforeBackground = 4;
/** When the first of the background work has waited this long, in milliseconds, it goes next. */
export const longestBackgroundWaitMs = 30_000;

/** Seconds; nothing has been served yet that an estimate could come from. */
const firstRetryAfter = 5;
/** Seconds; the SDKs ignore a `retry-after` of a minute or more. */
const longestRetryAfter = 59;
/** How much the latest service time counts in the mean: the last ten or so matter. */
const weightOfLatest = 0.2;

export interface QueueOptions {
  /** Most requests that wait; the next is refused. 0 lets nobody wait. */
  readonly maxWaiting: number;
}

export interface QueueRequest {
  /** What the queue is fair between, such as {@link Conversation.id}. */
  readonly conversation: string;
  /** Goes after main turns. */
  readonly isBackground: boolean;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /**
   * Is told the place in the queue, 1 for the next, when the request has to wait and whenever its place changes; later
   * arrivals may move it back. Must not throw.
   */
  onPosition?(position: number): void;
}

/** The right to use one slot. */
export interface Ticket {
  /** Milliseconds spent in the queue. */
  readonly waitedMs: number;
  /** Gives the slot to the next; calling it again does nothing. */
  release(): void;
}

export interface Queue {
  /**
   * Sets how many tickets are out at the same time; undefined, or less than 1, is without limit. With fewer slots than
   * before, what runs goes on, and nothing starts until enough has ended.
   */
  resize(slots: number | undefined): void;
  /**
   * Resolves with a ticket as soon as it is this request's turn. The ticket must be released, also when the signal has
   * aborted in the meantime.
   *
   * @throws MessagesError `overloaded_error` with `retryAfter` if too many wait already
   * @throws the signal's reason if it aborts before the turn has come; the place in the queue is free at once
   */
  acquire(request: QueueRequest): Promise<Ticket>;
  stats(): { running: number; waiting: number };
}

interface Entry {
  readonly request: QueueRequest;
  readonly queuedAt: number;
  readonly admit: () => void;
  position: number | undefined;
}

/** What decides between main turns and background work, besides who waits. */
interface Turns {
  /** Main turns that overtook waiting background work since some of it was served. */
  overtaken: number;
  /** The last turn went to background work although a main turn waited. */
  wasBackground: boolean;
}

/**
 * Returns a queue in front of an upstream that decodes so many requests at a time. It starts without a limit.
 *
 * Main turns go before background work (titles, probes); conversations take turns, so that one with many requests does
 * not hold up another; within a conversation, first come, first served. Background work does not starve: after
 * {@link mainTurnsBeforeBackground} main turns that overtook it, or {@link longestBackgroundWaitMs}, it goes next,
 * though never twice in a row while a main turn waits.
 *
 * llama-server has a queue of its own, but it is first in, first out, without end, and says nothing while it lasts.
 */
export function createQueue(options: QueueOptions): Queue {
  const main = createFairLine<Entry>();
  const background = createFairLine<Entry>();
  const turns: Turns = { overtaken: 0, wasBackground: false };
  let slots = Infinity;
  let running = 0;
  let meanMs: number | undefined;

  const lineOf = (request: QueueRequest): typeof main => (request.isBackground ? background : main);
  const waiting = (): number => main.size + background.size;

  function admit(): void {
    while (running < slots) {
      const overdue = isOverdue(background.order()[0]);
      const entry = (takesBackground(turns, main.size, background.size, overdue) ? background : main).take();
      if (!entry) break;
      running++;
      entry.admit();
    }
    tellPositions();
  }

  function tellPositions(): void {
    const mains = main.order();
    const backgrounds = background.order();
    const ahead = { ...turns };
    let [nextMain, nextBackground] = [0, 0];
    for (let position = 1; position <= mains.length + backgrounds.length; position++) {
      const left = [mains.length - nextMain, backgrounds.length - nextBackground] as const;
      const entry = takesBackground(ahead, ...left, isOverdue(backgrounds[nextBackground]))
        ? backgrounds[nextBackground++]
        : mains[nextMain++];
      if (!entry || entry.position === position) continue;
      entry.position = position;
      entry.request.onPosition?.(position);
    }
  }

  function createTicket(waitedMs: number): Ticket {
    const startedAt = performance.now();
    let isReleased = false;
    return {
      waitedMs,
      release() {
        if (isReleased) return;
        isReleased = true;
        running--;
        const servedMs = performance.now() - startedAt;
        meanMs = meanMs === undefined ? servedMs : meanMs + weightOfLatest * (servedMs - meanMs);
        admit();
      },
    };
  }

  /** A place in the queue becomes free whenever one of the slots does. */
  function toRetryAfter(): number {
    if (meanMs === undefined) return firstRetryAfter;
    return Math.min(Math.max(Math.ceil(meanMs / slots / 1000), 1), longestRetryAfter);
  }

  return {
    resize(count) {
      slots = count !== undefined && count >= 1 ? Math.floor(count) : Infinity;
      admit();
    },
    acquire(request) {
      const { signal } = request;
      if (signal.aborted) return Promise.reject(signal.reason);
      if (running < slots) {
        // Nobody waits while a slot is free.
        running++;
        return Promise.resolve(createTicket(0));
      }
      if (waiting() >= options.maxWaiting) {
        return Promise.reject(
          new MessagesError('overloaded_error', 'Overloaded: too many requests wait for the model already.', {
            retryAfter: toRetryAfter(),
          }),
        );
      }
      return new Promise((resolve, reject) => {
        const queuedAt = performance.now();
        const line = lineOf(request);
        function onAbort(): void {
          line.remove(request.conversation, entry);
          reject(signal.reason);
          tellPositions();
        }
        const entry: Entry = {
          request,
          queuedAt,
          admit() {
            signal.removeEventListener('abort', onAbort);
            resolve(createTicket(performance.now() - queuedAt));
          },
          position: undefined,
        };
        signal.addEventListener('abort', onAbort, { once: true });
        line.push(request.conversation, entry);
        tellPositions();
      });
    },
    stats: () => ({ running, waiting: waiting() }),
  };
}

/** Returns whether background work has the next turn, and notes in `turns` that it was taken. */
function takesBackground(turns: Turns, mains: number, backgrounds: number, overdue: boolean): boolean {
  const isEnough = turns.overtaken >= mainTurnsBeforeBackground;
  // Under lasting load everything in the background is overdue; twice in a row would turn the order around.
  const takes = backgrounds > 0 && (mains === 0 || ((isEnough || overdue) && !turns.wasBackground));
  turns.wasBackground = takes && mains > 0;
  turns.overtaken = takes || backgrounds === 0 ? 0 : turns.overtaken + (mains > 0 ? 1 : 0);
  return takes;
}

function isOverdue(entry: Entry | undefined): boolean {
  return entry !== undefined && performance.now() - entry.queuedAt >= longestBackgroundWaitMs;
}
