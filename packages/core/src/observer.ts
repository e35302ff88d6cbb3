import type { ChatRequest } from './chat/types.ts';
import { FirstTokenClock } from './first-token-clock.ts';
import type { HeaderReader } from './http.ts';
import { logExchange } from './log-exchange.ts';
import type { MessagesRequest } from './messages/types.ts';
import type { ResolvedOptions } from './options.ts';
import type { ExchangeProgress, ExchangeReport } from './report.ts';
import type { UpstreamModel } from './upstream/upstream.ts';

/** A request for a message that has passed the checks. Holds the client's words, and its headers hold its key. */
export interface ExchangeStart {
  /** As sent in the `request-id` header. */
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly streamed: boolean;
  /** As received; not to be changed. */
  readonly request: MessagesRequest;
  readonly headers: HeaderReader;
}

/** One request to an upstream. */
export interface UpstreamRequest {
  /** The name in `upstreams`, or `default`. */
  readonly upstream: string;
  /** Which kind of server it is, such as `llama-server`. */
  readonly server: string;
  readonly model: UpstreamModel;
  /** Not to be changed: parts of it serve other requests, too, and are frozen. */
  readonly chat: ChatRequest;
  /** From 1; the second goes out where the first failed before any content, see docs/failures.md. */
  readonly attempt: number;
  /** Milliseconds in the queue. */
  readonly queuedMs: number;
}

/**
 * Is told of one exchange while it goes on, for tracing, metrics and inspection. Every member may be left out, and costs
 * nothing then. What a member throws is logged and changes nothing.
 */
export interface ExchangeObserver {
  /** Returns more headers for the requests to the upstream, such as `traceparent`. Called for each attempt. */
  upstreamHeaders?(): Readonly<Record<string, string>>;
  /** See `onProgress` of {@link MessagesOptions}. */
  onProgress?(progress: ExchangeProgress): void;
  /** Called when its turn has come, and for a second attempt; not for a request that is answered by an identical one's answer. */
  onUpstreamRequest?(request: UpstreamRequest): void;
  /** Told everything that is written to the client, as it is written: whole frames, or the JSON text. */
  onOutput?(text: string): void;
  /** Called once, after all others. */
  onEnd?(report: ExchangeReport): void;
}

/** Returns who is told of an exchange, or undefined if nobody is. Called once for each request for a message. */
export type Observe = (start: ExchangeStart) => ExchangeObserver | undefined;

/** All who are told of an exchange as one, which never throws; it has `onOutput` only if one of them has. */
export class ExchangeObservers implements ExchangeObserver {
  readonly onOutput?: (text: string) => void;
  private readonly options: ResolvedOptions;
  private readonly observers: readonly ExchangeObserver[];
  private readonly firstToken = new FirstTokenClock();

  constructor(options: ResolvedOptions, start: ExchangeStart) {
    this.options = options;
    this.observers = (options.observers ?? []).flatMap((observe) => this.begin(observe, start));
    if (this.observers.some((observer) => observer.onOutput)) {
      this.onOutput = (text) => this.tell('onOutput', (observer) => observer.onOutput?.(text));
    }
  }

  upstreamHeaders(): Readonly<Record<string, string>> {
    const headers: Record<string, string> = {};
    this.tell('upstreamHeaders', (observer) => Object.assign(headers, observer.upstreamHeaders?.()));
    return headers;
  }

  onProgress(progress: ExchangeProgress): void {
    this.firstToken.onProgress(progress);
    this.guard('onProgress', () => this.options.onProgress?.(progress));
    this.tell('onProgress', (observer) => observer.onProgress?.(progress));
  }

  onUpstreamRequest(request: UpstreamRequest): void {
    this.firstToken.reset();
    this.tell('onUpstreamRequest', (observer) => observer.onUpstreamRequest?.(request));
  }

  onEnd(report: ExchangeReport): void {
    const { logger, logExchanges, onExchange } = this.options;
    const told = { firstTokenMs: this.firstToken.firstTokenMs(report), ...report };
    if (logger) logExchange(logger, told, logExchanges);
    this.guard('onExchange', () => onExchange?.(told));
    this.tell('onEnd', (observer) => observer.onEnd?.(told));
  }

  private begin(observe: Observe, start: ExchangeStart): readonly ExchangeObserver[] {
    let observer: ExchangeObserver | undefined;
    this.guard('an observer', () => {
      observer = observe(start);
    });
    return observer ? [observer] : [];
  }

  private tell(name: string, call: (observer: ExchangeObserver) => void): void {
    for (const observer of this.observers) this.guard(name, () => call(observer));
  }

  private guard(name: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.options.logger?.error(`llama-messages: ${name} threw: ${String(error)}`);
    }
  }
}
