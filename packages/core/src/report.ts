import type { MessagesError } from './errors.ts';
import type { Conversation } from './slots/conversation.ts';
import type { PrefixBreak } from './memory/prefix-break.ts';
import type { StopReason, Usage } from './messages/types.ts';

/** What is known of one exchange when it is over. No prompts, no keys. */
export interface ExchangeReport {
  /** As sent in the `request-id` header. */
  readonly requestId: string;
  /** The model's name as the client asked for it. */
  readonly model: string;
  /** The name in `upstreams` of the server that answered, or `default`; undefined if none was chosen. */
  readonly upstream: string | undefined;
  /** The model that answered. */
  readonly upstreamModel: string;
  readonly streamed: boolean;
  readonly outcome: 'completed' | 'failed' | 'aborted';
  readonly stopReason: StopReason | undefined;
  /** True counts as far as the upstream told them. */
  readonly usage: Usage;
  /** The session, agent and kind of the request; for grouping, never for a prompt. */
  readonly conversation: Conversation | undefined;
  /** The answer of an identical request that ran already. */
  readonly attached: boolean;
  /** Values of tool arguments that had a wrong JSON type and were repaired without loss, such as `"5"` for a number. */
  readonly repairedArguments: number;
  /** Where the prompt departed from the conversation's previous one, so that the upstream's cache was lost from there on. */
  readonly prefixBreak: PrefixBreak | undefined;
  /** Milliseconds in the queue. */
  readonly queuedMs: number;
  /** Milliseconds from the request to the first chunk of the upstream; undefined if none came. */
  readonly firstChunkMs: number | undefined;
  /**
   * Milliseconds from the request to the first token of the answer, or, where the upstream tells when it has read the
   * prompt, to that; undefined if it did not come so far.
   */
  readonly firstTokenMs?: number | undefined;
  readonly durationMs: number;
  /** Why it failed; its `cause` holds what the client was not told. */
  readonly error: MessagesError | undefined;
}

/** What a request waits for. */
export type ExchangeProgress = Wait & { readonly requestId: string };

export type Wait =
  /** 1 is next. */
  | { readonly phase: 'queued'; readonly position: number }
  | { readonly phase: 'loading' | 'down' }
  /** Tokens of the prompt; `processed` includes `cached`. */
  | { readonly phase: 'prompt'; readonly processed: number; readonly cached: number; readonly total: number };
