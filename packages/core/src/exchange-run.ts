import { checkRoom } from './context-room.ts';
import { estimateTokens } from './convert/estimate-tokens.ts';
import { toMessagesError } from './errors.ts';
import { generate, type Generation } from './generation.ts';
import { createId } from './id.ts';
import type { ExchangeObserver } from './observer.ts';
import type { ResolvedOptions } from './options.ts';
import type { PreparedExchange } from './prepared-exchange.ts';
import type { Wait } from './report.ts';
import type { Services } from './services.ts';
import type { Sink, Source } from './sink.ts';
import { sizeOfBatch } from './slots/batch-size.ts';
import type { MessageSink } from './stream/message-sink.ts';
import { toMessageStart } from './stream/message-start.ts';
import { createMessageStream, type GeneratedMessage, type MessageStream } from './stream/message-stream.ts';
import { createCollectingSink } from './threads/collecting-sink.ts';
import type { ChatItem } from './upstream/chat-stream.ts';

/** One request for a message. */
export interface Exchange {
  readonly requestId: string;
  /** The model's name as the client asked for it. */
  readonly model: string;
  readonly streamed: boolean;
  /** Converts the request; may have to wait for the upstream. */
  readonly prepare: (signal: AbortSignal, onProgress: (wait: Wait) => void) => Promise<PreparedExchange>;
  readonly observer: ExchangeObserver;
  readonly services: Services;
  readonly options: ResolvedOptions;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** As in {@link HandlerRequest}. */
  readonly abort: AbortController | undefined;
}

/** Takes what the conversion of a batch has written, out of the exchange's {@link MessageSink}. */
export interface Outlet {
  /** Called after each batch; false asks to wait for {@link Outlet.ready}. */
  flush(): boolean;
  ready(): Promise<void>;
}

/** One for all: making an error of its own for each exchange that ends well costs as much as converting it. */
const over = new Error('The exchange is over');

const noAnswer: GeneratedMessage = { content: '', reasoning: '', calls: [] };

const nothing = (): void => {};

/**
 * Everything that lives as long as one exchange, from its beginning: what comes of it goes to `sink`, and into the host's
 * hooks when it is over. A class, as everything that is called for each token: docs/decisions/0017.
 */
export class ExchangeRun implements Sink<readonly ChatItem[]> {
  /** Aborts when nobody wants the answer any more: the client is gone, or the exchange over. */
  readonly abort: AbortController;
  /** Resolves when all of the answer has been converted, and everything that must know of it does. */
  readonly ended: Promise<void>;
  private readonly exchange: Exchange;
  private readonly sink: MessageSink;
  private readonly outlet: Outlet;
  private readonly messageId = createId('msg_');
  private readonly startedAt = performance.now();
  private prepared: PreparedExchange | undefined;
  private stream: MessageStream | undefined;
  /** Nothing comes of it, or no more. */
  private broken: { readonly error: unknown } | undefined;
  private onBegun: () => void = nothing;
  private onGone: (() => void) | undefined;
  private isOver = false;
  /** The upstream has nothing more to do. */
  private isGenerated = false;
  private queuedMs = 0;
  private firstChunkMs: number | undefined;
  private attached = false;
  /** The host keeps the answer. */
  private kept: Promise<void> | undefined;

  constructor(exchange: Exchange, sink: MessageSink, outlet: Outlet) {
    this.exchange = exchange;
    this.sink = sink;
    this.outlet = outlet;
    this.abort = exchange.abort ?? new AbortController();
    if (!exchange.abort) this.follow(exchange.signal);
    this.ended = this.run();
    // Awaited by whoever gets this far; until then a failure is not unhandled.
    this.ended.catch(nothing);
  }

  /** Resolves as soon as the first of the answer has come; rejects as soon as it is known that none will. */
  async begun(): Promise<void> {
    await new Promise<void>((resolve) => {
      // Itself: a closure in this field V8 keeps until its next full garbage collection, and with it all of the request.
      this.onBegun = resolve;
      if (this.stream || this.broken) resolve();
    });
    this.throwIfBroken();
  }

  isOpen(): boolean {
    return this.stream !== undefined;
  }

  /** Writes `message_start` although nothing is known of the answer yet. */
  startEarly(): void {
    const { stream, prepared } = this;
    if (stream) return stream.start();
    const tokens = prepared ? estimateTokens(prepared.chat) : 0;
    this.sink.start(toMessageStart(this.messageId, this.exchange.model, tokens));
  }

  /** Writes the error in place of the rest. */
  fail(error: unknown): void {
    if (this.stream) this.stream.fail(error);
    else this.sink.fail(toMessagesError(error));
  }

  /** Something of the answer has come. */
  hasContent(): boolean {
    const { content, reasoning, calls } = this.stream?.generated() ?? noAnswer;
    return content !== '' || reasoning !== '' || calls.length > 0;
  }

  /** Takes the chunks of one read. */
  write(batch: readonly ChatItem[]): boolean {
    const stream = this.stream ?? this.begin(batch);
    if (!stream) return false;
    for (const item of batch) stream.push(item);
    return this.outlet.flush() && !stream.isOver();
  }

  ready(): Promise<void> {
    return this.outlet.ready();
  }

  isDone(): boolean {
    return this.broken !== undefined || this.stream?.isOver() === true || this.abort.signal.aborted;
  }

  finish(error?: unknown): void {
    if (this.isOver) return;
    const { exchange, prepared, stream, messageId } = this;
    const aborted = this.abort.signal.aborted;
    this.abandon();
    const failure = stream?.failure() ?? (error === undefined ? undefined : toMessagesError(error));
    if (failure) prepared?.backend.onFailure(failure);
    exchange.observer.onEnd?.({
      requestId: exchange.requestId,
      model: exchange.model,
      upstream: prepared?.backend.name,
      upstreamModel: prepared?.chat.model ?? '',
      streamed: exchange.streamed,
      outcome: aborted ? 'aborted' : failure ? 'failed' : 'completed',
      stopReason: stream?.stopReason(),
      usage: stream?.usage() ?? toMessageStart(messageId, exchange.model, 0).usage,
      conversation: prepared?.conversation,
      attached: this.attached,
      repairedArguments: stream?.repairedArguments() ?? 0,
      prefixBreak: prepared?.prefixBreak,
      queuedMs: this.queuedMs,
      firstChunkMs: this.firstChunkMs,
      durationMs: performance.now() - this.startedAt,
      error: aborted ? undefined : failure,
    });
  }

  /** Ends it without a word to anybody, for another to begin in its place. */
  abandon(): void {
    this.isOver = true;
    if (this.onGone) this.exchange.signal.removeEventListener('abort', this.onGone);
    // Whatever the upstream still does for this exchange ends here.
    if (!this.isGenerated) this.abort.abort(over);
    this.prepared?.onOver();
  }

  private follow(signal: AbortSignal): void {
    this.onGone = () => this.abort.abort(signal.reason);
    if (signal.aborted) this.onGone();
    else signal.addEventListener('abort', this.onGone, { once: true });
  }

  private throwIfBroken(): void {
    if (this.broken) throw this.broken.error;
  }

  private readonly onProgress = (wait: Wait): void =>
    this.exchange.observer.onProgress?.({ requestId: this.exchange.requestId, ...wait });

  private async run(): Promise<void> {
    try {
      const ready = await this.exchange.prepare(this.abort.signal, this.onProgress);
      this.prepared = ready;
      if (this.isOver) ready.onOver();
      await this.toSource(ready)(this);
      this.throwIfBroken();
      this.isGenerated = true;
      const stream = (this.stream ??= this.openStream(ready));
      this.onBegun();
      stream.end();
      if (!stream.failure()) ready.onGenerated(stream.generated());
      await this.kept;
    } catch (error) {
      // Another run in its place still needs the controller.
      this.isGenerated = true;
      this.broken ??= { error };
      this.onBegun();
      throw this.broken.error;
    }
  }

  private toSource(ready: PreparedExchange): Source<readonly ChatItem[]> {
    const { abort } = this;
    const { inFlight } = this.exchange.services;
    const begin = (target: Sink<readonly ChatItem[]>, signal: AbortSignal): Promise<void> =>
      generate(this.toGeneration(ready), target, signal);
    if (ready.sharedKey === undefined || !inFlight) return (target) => begin(target, abort.signal);
    const joined = inFlight.join(ready.sharedKey, begin, abort.signal, sizeOfBatch);
    this.attached = joined.isAttached;
    return joined.pipe;
  }

  private toGeneration({ chat, backend, model, conversation, queueKey }: PreparedExchange): Generation {
    const { options, requestId, observer } = this.exchange;
    const { name, upstream, queue, affinity } = backend;
    return {
      chat,
      model,
      conversation,
      queueKey,
      upstream,
      queue,
      affinity,
      options,
      requestId,
      observer,
      onRequest: (asked, attempt, queuedMs) => {
        this.queuedMs = queuedMs;
        observer.onUpstreamRequest?.({
          upstream: name,
          server: upstream.name,
          model,
          chat: asked,
          attempt,
          queuedMs,
        });
      },
    };
  }

  /** A prompt that leaves no room is refused before anything of the answer is sent. */
  private begin(batch: readonly ChatItem[]): MessageStream | undefined {
    const ready = this.prepared;
    if (!ready) return undefined;
    this.firstChunkMs = performance.now() - this.startedAt;
    try {
      for (const item of batch) {
        if ('textJson' in item || !item.prompt_progress) continue;
        checkRoom(item.prompt_progress.total, ready.maxTokens, ready.model.contextWindow);
        break;
      }
      this.stream = this.openStream(ready);
    } catch (error) {
      this.broken = { error };
    }
    this.onBegun();
    return this.stream;
  }

  private openStream(ready: PreparedExchange): MessageStream {
    const { sink } = this;
    const { onMessage } = ready;
    const keeping =
      onMessage &&
      createCollectingSink(sink, (message) => {
        this.kept = onMessage(message);
      });
    return createMessageStream(keeping ?? sink, {
      messageId: this.messageId,
      plan: ready.plan,
      sign: ready.sign,
      tools: ready.tools,
      recoversTextCalls: ready.recoversTextCalls,
      estimateInputTokens: () => estimateTokens(ready.chat),
      startsInThinking: ready.backend.upstream.traits.startsInThinking,
      onProgress: ({ processed, cache, total }) =>
        this.onProgress({ phase: 'prompt', processed, cached: cache, total }),
    });
  }
}
