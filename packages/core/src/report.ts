import type { MessagesError } from './errors.ts';
import type { StopReason, Usage } from './messages/types.ts';

/** What is known of one exchange when it is over. No prompts, no keys. */
export interface ExchangeReport {
  /** As sent in the `request-id` header. */
  readonly requestId: string;
  /** The model's name as the client asked for it. */
  readonly model: string;
  /** The model that answered. */
  readonly upstreamModel: string;
  readonly streamed: boolean;
  readonly outcome: 'completed' | 'failed' | 'aborted';
  readonly stopReason: StopReason | undefined;
  /** True counts as far as the upstream told them. */
  readonly usage: Usage;
  /** Milliseconds from the request to the first chunk of the upstream; undefined if none came. */
  readonly firstChunkMs: number | undefined;
  readonly durationMs: number;
  /** Why it failed; its `cause` holds what the client was not told. */
  readonly error: MessagesError | undefined;
}
