/** The JSON that the inspector answers. Types only: the page imports them too. */
import type { ExchangeReport, PrefixBreak, StopReason } from '@llama-messages/core';

/** Tokens of one exchange; the prompt is `input + cached`. */
export interface ExchangeTokens {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** How far the upstream is with a prompt, in tokens; `processed` includes `cached`. */
export interface PromptReading {
  readonly processed: number;
  readonly cached: number;
  readonly total: number;
}

/** What an exchange is doing, or how it ended. */
export type ExchangeState =
  | 'starting'
  | 'queued'
  | 'loading'
  | 'down'
  | 'prompt'
  | 'answering'
  | ExchangeReport['outcome'];

/** One line of the list. */
export interface ExchangeSummary {
  /** As sent in the `request-id` header. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Made of `user-agent`, such as `Claude Code 2.1.4`. */
  readonly client: string;
  /** The beginning of the last thing that the user said, or what a tool answered. */
  readonly title: string;
  /** As the client asked for it. */
  readonly model: string;
  /** What answered; undefined until it is chosen. */
  readonly upstreamModel: string | undefined;
  readonly streamed: boolean;
  readonly state: ExchangeState;
  /** Place in the queue while `queued`; 1 is next. */
  readonly position: number | undefined;
  /** The last that was heard of the prompt. */
  readonly reading: PromptReading | undefined;
  /** Undefined until it is over. */
  readonly tokens: ExchangeTokens | undefined;
  /** Milliseconds; see `ExchangeReport` of core. */
  readonly firstTokenMs: number | undefined;
  /** As core's function of that name tells it; undefined until it is over. */
  readonly tokensPerSecond: number | undefined;
  readonly queuedMs: number;
  /** Undefined until it is over. */
  readonly durationMs: number | undefined;
  readonly stopReason: StopReason | undefined;
  readonly error: ExchangeError | undefined;
  /** Answered with the answer of an identical request that ran already. */
  readonly attached: boolean;
  /** A call beside the conversation, such as for its title; undefined until it is over. */
  readonly background: boolean | undefined;
  readonly prefixBreak: PrefixBreak | undefined;
}

export interface ExchangeError {
  readonly type: string;
  readonly status: number;
  readonly message: string;
  /** What really happened, which the client was not told. */
  readonly cause: string | undefined;
}

/** JSON as it was, or shortened: then long texts end with how much of them is left out. */
export interface CapturedJson {
  /** Text, cut, where even shortened texts were too many. */
  readonly value: unknown;
  /** Of the whole, as JSON. */
  readonly bytes: number;
  readonly truncated: boolean;
}

/** One request to an upstream. */
export interface SentChatRequest {
  /** From 1; see `UpstreamRequest` of core. */
  readonly attempt: number;
  readonly upstream: string;
  /** Such as `llama-server`. */
  readonly server: string;
  /** Milliseconds from the request. */
  readonly atMs: number;
  readonly chat: CapturedJson;
}

/** One event as it was sent, or for an answer that is not streamed the whole of it. */
export interface SentEvent {
  /** Milliseconds from the request. */
  readonly atMs: number;
  /** `message` for an answer that is not streamed. */
  readonly event: string;
  /** JSON, as sent. */
  readonly data: string;
}

/** Tokens of the prompt by what they are for. */
export interface PromptSections {
  readonly system: number;
  readonly tools: number;
  readonly messages: number;
  /** Counted by the upstream's own tokenizer and template, or shared out by length. */
  readonly counted: boolean;
}

/** All that is kept of an exchange. */
export interface ExchangeDetail extends ExchangeSummary {
  /** Those that tell something, keys masked. */
  readonly headers: Readonly<Record<string, string>>;
  readonly request: CapturedJson;
  readonly chatRequests: readonly SentChatRequest[];
  readonly events: readonly SentEvent[];
  /** Left out of the middle of `events`, behind the first `after`. */
  readonly eventsOmitted:
    | { readonly after: number; readonly count: number; readonly bytes: number }
    | undefined;
  /** Undefined until the chat request is known. */
  readonly sections: PromptSections | undefined;
}

/** `GET exchanges`: newest first. */
export interface ExchangeList {
  readonly exchanges: readonly ExchangeSummary[];
  /** Kept at the moment, of at most `maxBytes`. */
  readonly bytes: number;
  readonly maxBytes: number;
  readonly maxExchanges: number;
}

/** The events of `GET exchanges` with `accept: text/event-stream`, by name. */
export interface ExchangeListEvents {
  /** The list as it is; sent first. */
  list: ExchangeList;
  /** A new exchange, or news of one. */
  exchange: ExchangeSummary;
  /** Forgotten: ids. */
  removed: readonly string[];
}
