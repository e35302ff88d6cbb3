import type { ChatChunk, ChatRequest, ChatTool } from './chat/types.ts';
import { checkRoom } from './context-room.ts';
import { estimateTokens } from './convert/estimate-tokens.ts';
import type { ResponsePlan } from './convert/response-plan.ts';
import { type MessagesError, toMessagesError } from './errors.ts';
import { generate } from './generation.ts';
import { createId } from './id.ts';
import type { ExchangeObserver } from './observer.ts';
import type { PrefixBreak } from './memory/prefix-report.ts';
import type { Message } from './messages/types.ts';
import type { ResolvedOptions } from './options.ts';
import type { Backend } from './routing/backend.ts';
import type { Wait } from './report.ts';
import type { Services } from './services.ts';
import type { Conversation } from './slots/conversation.ts';
import type { MessageSink } from './stream/message-sink.ts';
import {
  createMessageStream,
  type GeneratedMessage,
  type MessageStream,
  toMessageStart,
} from './stream/message-stream.ts';
import { createCollectingSink } from './threads/collecting-sink.ts';
import type { UpstreamModel } from './upstream/upstream.ts';

/** A request that is converted and ready to be sent upstream. */
export interface PreparedExchange {
  readonly chat: ChatRequest;
  readonly plan: ResponsePlan;
  /** Whose model it is. */
  readonly backend: Backend;
  readonly model: UpstreamModel;
  readonly conversation: Conversation;
  /** What the queue is fair between: conversations of different keys are different ones, whatever they call themselves. */
  readonly queueKey: string;
  readonly prefixBreak: PrefixBreak | undefined;
  /** Equal for requests of which one answer serves all; undefined if this one is to be answered by itself. */
  readonly sharedKey: string | undefined;
  /** As the client declared them. */
  readonly tools: readonly ChatTool[] | undefined;
  readonly recoversTextCalls: boolean;
  readonly sign: (hiddenThinking: string | undefined) => string;
  /** Most tokens that the client wants of the answer. */
  readonly maxTokens: number;
  /** Told the whole answer as the model generated it, before its end is sent. */
  readonly onGenerated: (generated: GeneratedMessage) => void;
  /** Told the whole answer as the client sees it, before its end is sent; left out if nobody wants it. */
  readonly onMessage: ((message: Message) => Promise<void>) | undefined;
  /** Told in every case, when the exchange is over. */
  readonly onOver: () => void;
}

/** One request for a message. */
export interface Exchange {
  readonly requestId: string;
  /** The model's name as the client asked for it. */
  readonly model: string;
  /** Converts the request; may have to wait for the upstream. */
  readonly prepare: (signal: AbortSignal, onProgress: (wait: Wait) => void) => Promise<PreparedExchange>;
  readonly observer: ExchangeObserver;
  readonly services: Services;
  readonly options: ResolvedOptions;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** Everything that lives as long as one exchange. */
export interface ExchangeRun {
  readonly abort: AbortController;
  /** Resolves with the upstream's chunks as soon as it has accepted the request and sent the first of them. */
  readonly opened: Promise<Opened>;
  readonly isOpen: () => boolean;
  /** Writes `message_start` although nothing is known of the answer yet. */
  startEarly(): void;
  finish(error?: unknown): void;
}

interface Opened {
  readonly stream: MessageStream;
  readonly batches: AsyncIterable<readonly ChatChunk[]>;
  /** Ends the message; resolves when everything that must know of it does. */
  end(): Promise<void>;
}

/** Begins an exchange: what comes of it goes to `sink`, and into the host's hooks when it is over. */
export function startExchange(exchange: Exchange, sink: MessageSink, streamed: boolean): ExchangeRun {
  const { services, options, requestId, signal, observer } = exchange;
  const onProgress = (wait: Wait): void => observer.onProgress?.({ ...wait, requestId });
  const startedAt = performance.now();
  const messageId = createId('msg_');
  const abort = new AbortController();
  const onAbort = (): void => abort.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });

  let prepared: PreparedExchange | undefined;
  let stream: MessageStream | undefined;
  let failure: MessagesError | undefined;
  let isStarted = false;
  let queuedMs = 0;
  let firstChunkMs: number | undefined;
  let attached = false;
  let isOver = false;
  let kept: Promise<void> | undefined;

  const once: MessageSink = {
    ...sink,
    start(message) {
      if (!isStarted) sink.start(message);
      isStarted = true;
    },
    fail(error) {
      failure = error;
      sink.fail(error);
    },
  };

  function openStream(ready: PreparedExchange): MessageStream {
    return createMessageStream(
      ready.onMessage
        ? createCollectingSink(once, (message) => {
            kept = ready.onMessage?.(message);
          })
        : once,
      {
        messageId,
        plan: ready.plan,
        sign: ready.sign,
        tools: ready.tools,
        recoversTextCalls: ready.recoversTextCalls,
        estimateInputTokens: () => estimateTokens(ready.chat),
        startsInThinking: ready.backend.upstream.traits.startsInThinking,
        onProgress: ({ processed, cache, total }) =>
          onProgress({ phase: 'prompt', processed, cached: cache, total }),
      },
    );
  }

  async function open(): Promise<Opened> {
    const ready = await exchange.prepare(abort.signal, onProgress);
    prepared = ready;
    if (isOver) ready.onOver();
    const { chat, backend, model, conversation, queueKey, sharedKey } = ready;
    const begin = (generationSignal: AbortSignal): AsyncIterable<readonly ChatChunk[]> =>
      generate(
        {
          chat,
          model,
          conversation,
          queueKey,
          upstream: backend.upstream,
          queue: backend.queue,
          affinity: backend.affinity,
          options,
          requestId,
          observer,
          onRequest(asked, attempt, waitedMs) {
            queuedMs = waitedMs;
            const { name, upstream } = backend;
            observer.onUpstreamRequest?.({
              upstream: name,
              server: upstream.name,
              model,
              chat: asked,
              attempt,
              queuedMs,
            });
          },
        },
        generationSignal,
      );
    let source: AsyncIterable<readonly ChatChunk[]>;
    if (sharedKey !== undefined && services.inFlight) {
      const joined = services.inFlight.join(sharedKey, begin, abort.signal, sizeOf);
      attached = joined.isAttached;
      source = joined;
    } else source = begin(abort.signal);
    const { first, items, close } = await withFirst(source);
    // A generator that waits at a chunk nobody takes would keep its slot for ever.
    if (abort.signal.aborted) close();
    else abort.signal.addEventListener('abort', close, { once: true });
    firstChunkMs = performance.now() - startedAt;
    const progress = first?.find((chunk) => chunk.prompt_progress)?.prompt_progress;
    if (progress) checkRoom(progress.total, ready.maxTokens, model.contextWindow);
    const opening = openStream(ready);
    stream = opening;
    return {
      stream: opening,
      batches: items,
      async end() {
        opening.end();
        if (!failure) ready.onGenerated(opening.generated);
        await kept;
      },
    };
  }

  const opened = open();
  // Awaited by whoever gets this far; until then a refusal is not unhandled.
  opened.catch(() => {});

  return {
    abort,
    opened,
    isOpen: () => stream !== undefined,
    startEarly() {
      if (isStarted) return;
      if (stream) return stream.start();
      once.start(toMessageStart(messageId, exchange.model, prepared ? estimateTokens(prepared.chat) : 0));
    },
    finish(error) {
      if (isOver) return;
      isOver = true;
      const aborted = abort.signal.aborted;
      signal.removeEventListener('abort', onAbort);
      // Whatever the upstream still does for this exchange ends here.
      abort.abort();
      prepared?.onOver();
      if (error !== undefined) failure ??= toMessagesError(error);
      if (failure) prepared?.backend.onFailure(failure);
      observer.onEnd?.({
        requestId,
        model: exchange.model,
        upstream: prepared?.backend.name,
        upstreamModel: prepared?.chat.model ?? '',
        streamed,
        outcome: aborted ? 'aborted' : failure ? 'failed' : 'completed',
        stopReason: stream?.stopReason,
        usage: stream?.usage ?? toMessageStart(messageId, exchange.model, 0).usage,
        conversation: prepared?.conversation,
        attached,
        repairedArguments: stream?.repairedArguments ?? 0,
        prefixBreak: prepared?.prefixBreak,
        queuedMs,
        firstChunkMs,
        durationMs: performance.now() - startedAt,
        error: aborted ? undefined : failure,
      });
    },
  };
}

/** An estimate: what matters is that megabytes are not taken for bytes. */
function sizeOf(batch: readonly ChatChunk[]): number {
  let size = 0;
  for (const chunk of batch) {
    const delta = chunk.choices?.[0]?.delta;
    size += 400 + (delta?.content?.length ?? 0) + (delta?.reasoning_content?.length ?? 0);
  }
  return size;
}

/** Waits for the first item, so that a refusal that comes inside of a 200 is still a refusal, and puts it back in front. */
async function withFirst<Item>(
  source: AsyncIterable<Item>,
): Promise<{ first: Item | undefined; items: AsyncIterable<Item>; close: () => void }> {
  const iterator = source[Symbol.asyncIterator]();
  const result = await iterator.next();
  let pending: IteratorResult<Item> | undefined = result;
  const items: AsyncIterable<Item> = {
    [Symbol.asyncIterator]: () => ({
      next() {
        if (pending === undefined) return iterator.next();
        const next = Promise.resolve(pending);
        pending = undefined;
        return next;
      },
      return: async (value) => (await iterator.return?.(value)) ?? { done: true, value },
    }),
  };
  return {
    first: result.done ? undefined : result.value,
    items,
    close: () => void iterator.return?.()?.then(undefined, () => {}),
  };
}
