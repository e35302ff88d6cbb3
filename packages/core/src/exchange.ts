import { toMessagesError } from './errors.ts';
import { createEventStream, type EventStream, type FrameSink, PacedWriter } from './event-stream.ts';
import { type Exchange, ExchangeRun, type Outlet } from './exchange-run.ts';
import { isParserFailure } from './generation.ts';
import { createFrameWriter, type FrameWriter } from './stream/frame-writer.ts';
import { createMessageCollector } from './stream/message-collector.ts';

/**
 * After so long without an answer, a request that is not streamed gets its headers, and white space to keep it alive.
 * Proxies give up after 60 s, by nginx's default.
 */
const unstreamedGraceMs = 45_000;

/**
 * Returns the whole message, as JSON text, of a request that is not streamed. The upstream is asked to stream all the
 * same, so that cancellation, time limits, usage and errors have one path. An answer that takes long is a stream of
 * white space with the JSON at its end: clients give up when no header comes for five to ten minutes. It has
 * said 200 by then, so a failure breaks the connection, which clients try again.
 *
 * @throws MessagesError
 */
export async function exchangeMessage(exchange: Exchange): Promise<string | EventStream> {
  let collector = createMessageCollector();
  let run = new ExchangeRun(exchange, collector, unhindered);
  const text = collect(true);
  // Whoever waits gets it; until then a failure is not unhandled.
  text.catch(() => {});
  if (await settledWithin(text, unstreamedGraceMs)) return text;
  return createEventStream(async (sink) => {
    const writer = new PacedWriter(sink, exchange.options.pingIntervalMs, () => ' ');
    try {
      writer.write(' ');
      return await text;
    } catch {
      sink.destroy();
      return '';
    } finally {
      writer.close();
    }
  }, leave);

  function leave(): void {
    run.abort.abort();
  }

  async function collect(mayRepeat: boolean): Promise<string> {
    try {
      await run.begun();
      await run.ended;
      const json = JSON.stringify(collector.message());
      exchange.observer.onOutput?.(json);
      run.finish();
      return json;
    } catch (error) {
      // A generation that fails before any content is repeated by itself; here nothing has been sent of the content either.
      if (mayRepeat && !run.abort.signal.aborted && run.hasContent() && isParserFailure(error)) {
        run.abandon();
        collector = createMessageCollector();
        run = new ExchangeRun(exchange, collector, unhindered);
        return collect(false);
      }
      run.finish(error);
      throw toMessagesError(error);
    }
  }
}

/**
 * Returns the events of a streamed request once the upstream has accepted it or the grace time is over, so that a
 * refusal keeps its HTTP status.
 *
 * @throws MessagesError if the upstream refuses within the grace time
 */
export async function exchangeStream(exchange: Exchange): Promise<EventStream> {
  const frames = createFrameWriter(exchange.requestId);
  const outlet = new FrameOutlet(frames);
  const run = new ExchangeRun(exchange, frames, outlet);
  try {
    await settledWithin(run.begun(), exchange.options.graceMs);
  } catch (error) {
    run.finish(error);
    throw toMessagesError(error);
  }
  const onGone = (): void => {
    if (!outlet.isTaken()) run.finish();
  };
  // A client that left before its stream began: nobody will read it, so nobody else would end it.
  if (exchange.signal.aborted) onGone();
  else exchange.signal.addEventListener('abort', onGone, { once: true });
  return createEventStream(
    async (sink) => {
      const paced = new PacedWriter(observed(sink, exchange), exchange.options.pingIntervalMs, () => {
        run.startEarly();
        frames.ping();
        return frames.take();
      });
      let failure: unknown;
      let last = '';
      try {
        if (!run.isOpen()) run.startEarly();
        outlet.open(paced);
        await run.begun();
        await run.ended;
      } catch (error) {
        failure = error;
        if (!run.abort.signal.aborted) {
          run.startEarly();
          run.fail(error);
        }
      } finally {
        paced.close();
        if (!run.abort.signal.aborted) {
          last = frames.take();
          if (last !== '') exchange.observer.onOutput?.(last);
          await paced.ready();
        }
        run.finish(failure);
      }
      return last;
    },
    () => run.abort.abort(),
  );
}

/** Characters of a stream that wait for the adapter to take it; beyond that the upstream waits, too. */
const maxWaiting = 64 * 1024;

/** Keeps what comes before the adapter takes the stream. A class, as everything that is called for each token: docs/decisions/0017. */
class FrameOutlet implements Outlet {
  private readonly frames: FrameWriter;
  private writer: PacedWriter | undefined;
  private waiting = '';
  /** Of whoever waits for that: an open stream keeps nothing of it. */
  private taken: Promise<void> | undefined;
  private onTaken: (() => void) | undefined;

  constructor(frames: FrameWriter) {
    this.frames = frames;
  }

  flush(): boolean {
    const frames = this.frames.take();
    if (this.writer) return this.writer.write(frames);
    this.waiting += frames;
    return this.waiting.length <= maxWaiting;
  }

  ready(): Promise<void> {
    if (this.writer) return this.writer.ready();
    this.taken ??= new Promise((resolve) => {
      this.onTaken = resolve;
    });
    return this.taken;
  }

  isTaken(): boolean {
    return this.writer !== undefined;
  }

  /** Takes the stream: what has waited is written, and the upstream goes on. */
  open(writer: PacedWriter): void {
    this.writer = writer;
    writer.write(this.waiting + this.frames.take());
    this.waiting = '';
    this.onTaken?.();
    this.taken = undefined;
    this.onTaken = undefined;
  }
}

/** Nothing waits for a message that is only collected. */
const unhindered: Outlet = { flush: () => true, ready: () => Promise.resolve() };

function observed(sink: FrameSink, { observer }: Exchange): FrameSink {
  const { onOutput } = observer;
  if (!onOutput) return sink;
  return {
    write(frames) {
      onOutput(frames);
      return sink.write(frames);
    },
    ready: () => sink.ready(),
    destroy: () => sink.destroy(),
  };
}

/** Resolves with true when `promise` does, with false after `ms`; rejects only if `promise` rejects in time. */
function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), ms);
    promise.then(
      () => {
        clearTimeout(timer);
        resolve(true);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
