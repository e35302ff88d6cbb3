import type { ChatChunk, ChatRequest } from './chat/types.ts';
import { estimateTokens } from './convert/estimate-tokens.ts';
import type { ResponsePlan } from './convert/response-plan.ts';
import { MessagesError, toMessagesError } from './errors.ts';
import { createId } from './id.ts';
import type { Message } from './messages/types.ts';
import type { ResolvedOptions } from './options.ts';
import type { ExchangeReport } from './report.ts';
import { createFrameWriter } from './stream/frame-writer.ts';
import { createMessageCollector } from './stream/message-collector.ts';
import { createMessageStream, type MessageStream } from './stream/message-stream.ts';
import type { MessageSink } from './stream/message-sink.ts';
import type { Upstream } from './upstream/upstream.ts';

/** Takes the frames of a stream, with backpressure. */
export interface FrameSink {
  /** Takes whole frames; false asks to wait for {@link FrameSink.ready} before the next. */
  write(frames: string): boolean;
  /** Resolves when more can be written, and also when the reader is gone for good. */
  ready(): Promise<void>;
}

/** Frames on their way out; each item is all the whole frames of one upstream read. Can be consumed once. */
export interface EventStream extends AsyncIterable<string> {
  /** The same, pushed. Resolves when the stream is over, however it ended; never rejects. */
  pipe(sink: FrameSink): Promise<void>;
}

/** One request for a message, ready to be sent upstream. */
export interface Exchange {
  readonly requestId: string;
  readonly chat: ChatRequest;
  readonly plan: ResponsePlan;
  readonly upstream: Upstream;
  readonly options: ResolvedOptions;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** Everything that lives as long as one exchange. */
interface Run {
  readonly stream: MessageStream;
  readonly abort: AbortController;
  /** Resolves with the upstream's chunks as soon as it has accepted the request and sent the first of them. */
  readonly chunks: Promise<AsyncIterable<readonly ChatChunk[]>>;
  readonly isAccepted: () => boolean;
  finish(error?: unknown): void;
}

/**
 * Returns the whole message of a request that is not streamed. The upstream is asked to stream all the same, so that
 * cancellation, time limits, usage and errors have one path.
 *
 * @throws MessagesError
 */
export async function exchangeMessage(exchange: Exchange): Promise<Message> {
  const collector = createMessageCollector();
  const run = start(exchange, collector, false);
  try {
    for await (const batch of await run.chunks) {
      for (const chunk of batch) run.stream.push(chunk);
      if (run.stream.isOver) break;
    }
    run.stream.end();
    const message = collector.message();
    run.finish();
    return message;
  } catch (error) {
    run.finish(error);
    throw toMessagesError(error);
  }
}

/**
 * Returns the events of a streamed request once the upstream has accepted it or the grace time is over, so that a
 * refusal keeps its HTTP status.
 *
 * @throws MessagesError if the upstream refuses within the grace time
 */
export async function exchangeStream(exchange: Exchange): Promise<EventStream> {
  const writer = createFrameWriter(exchange.requestId);
  const run = start(exchange, writer, true);
  try {
    await settledWithin(run.chunks, exchange.options.graceMs);
  } catch (error) {
    run.finish(error);
    throw toMessagesError(error);
  }

  const { pingIntervalMs } = exchange.options;

  async function pipe(sink: FrameSink): Promise<void> {
    let lastWrite = performance.now();
    let blocked: Promise<void> | undefined;

    async function flush(): Promise<void> {
      const frames = writer.take();
      if (frames === '') return;
      lastWrite = performance.now();
      if (sink.write(frames)) return;
      blocked ??= sink.ready().then(() => {
        blocked = undefined;
      });
      await blocked;
    }

    // One timer a stream that re-arms itself: resetting it on every token costs more than the token.
    let timer = setTimeout(ping, pingIntervalMs);
    function ping(): void {
      const wait = lastWrite + pingIntervalMs - performance.now();
      if (wait <= 0 && blocked === undefined) {
        run.stream.start();
        writer.ping();
        void flush();
      }
      timer = setTimeout(ping, wait > 0 ? wait : pingIntervalMs);
    }

    let failure: unknown;
    try {
      if (!run.isAccepted()) {
        run.stream.start();
        await flush();
      }
      for await (const batch of await run.chunks) {
        for (const chunk of batch) run.stream.push(chunk);
        await flush();
        if (run.stream.isOver) break;
      }
      run.stream.end();
    } catch (error) {
      failure = error;
      if (!run.abort.signal.aborted) {
        run.stream.start();
        run.stream.fail(error);
      }
    } finally {
      clearTimeout(timer);
      if (!run.abort.signal.aborted) await flush();
      run.finish(failure);
    }
  }

  return {
    pipe,
    [Symbol.asyncIterator]: () => pull(pipe, run.abort),
  };
}

function start(exchange: Exchange, sink: MessageSink, streamed: boolean): Run {
  const { chat, plan, upstream, options, requestId, signal } = exchange;
  const startedAt = performance.now();
  const abort = new AbortController();
  const onAbort = (): void => abort.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });

  let failure: MessagesError | undefined;
  const stream = createMessageStream(
    {
      ...sink,
      fail(error) {
        failure = error;
        sink.fail(error);
      },
    },
    {
      messageId: createId('msg_'),
      plan,
      estimateInputTokens: () => estimateTokens(chat),
      startsInThinking: upstream.traits.startsInThinking,
    },
  );
  let firstChunkMs: number | undefined;
  const chunks = upstream.stream(chat, { signal: abort.signal, requestId }).then(async (accepted) => {
    const started = await afterFirst(accepted);
    firstChunkMs = performance.now() - startedAt;
    return started;
  });
  // Awaited by whoever gets this far; until then a refusal is not unhandled.
  chunks.catch(() => {});

  let isOver = false;
  return {
    stream,
    abort,
    chunks,
    isAccepted: () => firstChunkMs !== undefined,
    finish(error) {
      if (isOver) return;
      isOver = true;
      const aborted = abort.signal.aborted;
      signal.removeEventListener('abort', onAbort);
      // Whatever the upstream still does for this exchange ends here.
      abort.abort();
      if (error !== undefined) failure ??= toMessagesError(error);
      report(options, {
        requestId,
        model: plan.model,
        upstreamModel: chat.model,
        streamed,
        outcome: aborted ? 'aborted' : failure ? 'failed' : 'completed',
        stopReason: stream.stopReason,
        usage: stream.usage,
        firstChunkMs,
        durationMs: performance.now() - startedAt,
        error: aborted ? undefined : failure,
      });
    },
  };
}

function report(options: ResolvedOptions, exchangeReport: ExchangeReport): void {
  try {
    options.onExchange?.(exchangeReport);
  } catch (error) {
    options.logger?.error(`llama-messages: onExchange threw: ${String(error)}`);
  }
}

/** Waits for the first item, so that a refusal that comes inside of a 200 is still a refusal, and puts it back in front. */
async function afterFirst<Item>(items: AsyncIterable<Item>): Promise<AsyncIterable<Item>> {
  const iterator = items[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<Item>> | undefined = Promise.resolve(await iterator.next());
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        const next = first ?? iterator.next();
        first = undefined;
        return next;
      },
      return: async (value) => (await iterator.return?.(value)) ?? { done: true, value },
    }),
  };
}

/** Resolves when `promise` does or after `ms`, whichever is first; rejects only if `promise` rejects in time. */
async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Turns a push into an async iteration; leaving it aborts the exchange. */
async function* pull(
  pipe: (sink: FrameSink) => Promise<void>,
  abort: AbortController,
): AsyncGenerator<string, void, undefined> {
  let frames = '';
  let isDone = false;
  let wake: () => void = () => {};
  let release: () => void = () => {};
  const done = pipe({
    write(text) {
      frames += text;
      wake();
      return false;
    },
    ready: () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  }).then(() => {
    isDone = true;
    wake();
  });
  try {
    for (;;) {
      if (frames !== '') {
        const taken = frames;
        frames = '';
        yield taken;
        release();
      } else if (isDone) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    abort.abort();
    release();
    await done;
  }
}
