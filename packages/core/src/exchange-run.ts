import { checkRoom } from './context-room.ts';
import { estimateTokens } from './convert/estimate-tokens.ts';
import { type MessagesError, toMessagesError } from './errors.ts';
import { generate } from './generation.ts';
import { createId } from './id.ts';
import type { ExchangeObserver } from './observer.ts';
import type { ResolvedOptions } from './options.ts';
import type { PreparedExchange } from './prepared-exchange.ts';
import type { Wait } from './report.ts';
import type { Services } from './services.ts';
import type { Sink, Source } from './sink.ts';
import type { MessageSink } from './stream/message-sink.ts';
import {
  createMessageStream,
  type GeneratedMessage,
  type MessageStream,
  toMessageStart,
} from './stream/message-stream.ts';
import { createCollectingSink } from './threads/collecting-sink.ts';
import type { ChatItem } from './upstream/chat-stream.ts';

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
  /** Ends it without a word to anybody, for another to begin in its place. */
  abandon(): void;
  /** Something of the answer has come. */
  hasContent(): boolean;
}

interface Opened {
  readonly stream: MessageStream;
  /** Resolves when all of the answer has been converted, and everything that must know of it does. */
  readonly ended: Promise<void>;
}

/** Takes what the conversion of a batch has written, out of the exchange's {@link MessageSink}. */
export interface Outlet {
  /** Called after each batch; false asks to wait for {@link Outlet.ready}. */
  flush(): boolean;
  ready(): Promise<void>;
}

/** One for all: making an error of its own for each exchange that ends well costs as much as converting it. */
const over = new Error('The exchange is over');

const nothing: GeneratedMessage = { content: '', reasoning: '', calls: [] };

/** Begins an exchange: what comes of it goes to `sink`, and into the host's hooks when it is over. */
export function startExchange(
  exchange: Exchange,
  sink: MessageSink,
  outlet: Outlet,
  streamed: boolean,
): ExchangeRun {
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
    const begin = (target: Sink<readonly ChatItem[]>, generationSignal: AbortSignal): Promise<void> =>
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
        target,
        generationSignal,
      );
    let source: Source<readonly ChatItem[]>;
    if (sharedKey !== undefined && services.inFlight) {
      const joined = services.inFlight.join(sharedKey, begin, abort.signal, sizeOf);
      attached = joined.isAttached;
      source = joined.pipe;
    } else source = (target) => begin(target, abort.signal);

    let refusal: { readonly error: unknown } | undefined;
    let onFirst: () => void = () => {};
    const first = new Promise<void>((resolve) => {
      onFirst = resolve;
    });

    /** A prompt that leaves no room is refused before anything of the answer is sent. */
    function begun(batch: readonly ChatItem[]): MessageStream | undefined {
      firstChunkMs = performance.now() - startedAt;
      try {
        for (const item of batch) {
          if ('textJson' in item || !item.prompt_progress) continue;
          checkRoom(item.prompt_progress.total, ready.maxTokens, model.contextWindow);
          break;
        }
        stream = openStream(ready);
      } catch (error) {
        refusal = { error };
      }
      onFirst();
      return stream;
    }

    const chunks: Sink<readonly ChatItem[]> = {
      write(batch) {
        const target = stream ?? begun(batch);
        if (!target) return false;
        for (const item of batch) target.push(item);
        return outlet.flush() && !target.isOver();
      },
      ready: () => outlet.ready(),
      isDone: () => refusal !== undefined || stream?.isOver() === true || abort.signal.aborted,
    };
    const generated = source(chunks);
    await Promise.race([first, generated]);
    if (refusal) throw refusal.error;
    const opening = (stream ??= openStream(ready));
    const ended = generated.then(async () => {
      opening.end();
      if (!failure) ready.onGenerated(opening.generated());
      await kept;
    });
    // Awaited by whoever writes the answer; until then a failure is not unhandled.
    ended.catch(() => {});
    return { stream: opening, ended };
  }

  function end(): void {
    isOver = true;
    signal.removeEventListener('abort', onAbort);
    // Whatever the upstream still does for this exchange ends here.
    abort.abort(over);
    prepared?.onOver();
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
    hasContent() {
      const { content, reasoning, calls } = stream?.generated() ?? nothing;
      return content !== '' || reasoning !== '' || calls.length > 0;
    },
    abandon: end,
    finish(error) {
      if (isOver) return;
      const aborted = abort.signal.aborted;
      end();
      if (error !== undefined) failure ??= toMessagesError(error);
      if (failure) prepared?.backend.onFailure(failure);
      observer.onEnd?.({
        requestId,
        model: exchange.model,
        upstream: prepared?.backend.name,
        upstreamModel: prepared?.chat.model ?? '',
        streamed,
        outcome: aborted ? 'aborted' : failure ? 'failed' : 'completed',
        stopReason: stream?.stopReason(),
        usage: stream?.usage() ?? toMessageStart(messageId, exchange.model, 0).usage,
        conversation: prepared?.conversation,
        attached,
        repairedArguments: stream?.repairedArguments() ?? 0,
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
function sizeOf(batch: readonly ChatItem[]): number {
  let size = 0;
  for (const item of batch) {
    if ('textJson' in item) {
      size += 100 + item.textJson.length;
      continue;
    }
    const delta = item.choices?.[0]?.delta;
    size += 400 + (delta?.content?.length ?? 0) + (delta?.reasoning_content?.length ?? 0);
  }
  return size;
}
