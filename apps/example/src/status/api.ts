/** The JSON of `GET /ui/api/status`. Types only: the page imports them too. No prompts in it. */

/** Whether the model server answers. */
export type UpstreamHealth = 'ready' | 'loading' | 'down';

export interface UpstreamStatus {
  /** Such as `llama-server`; as the ready line says it. */
  readonly description: string;
  readonly health: UpstreamHealth;
  /** Why it is not ready, in a sentence. */
  readonly problem: string | undefined;
  /** As the server says it. */
  readonly version: string | undefined;
  readonly models: readonly ModelStatus[];
  /** Undefined where nobody knows how many there are. */
  readonly slots: SlotsStatus | undefined;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
}

/** What is undefined the upstream does not say. */
export interface ModelStatus {
  readonly id: string;
  /** Tokens of one slot, prompt and answer together. */
  readonly contextWindow: number | undefined;
  readonly vision: boolean | undefined;
  readonly tools: boolean | undefined;
  readonly thinking: boolean | undefined;
}

export interface SlotsStatus {
  readonly total: number;
  readonly busy: number;
  /** Told by the upstream itself, with the requests of others in it, or counted here. */
  readonly source: 'upstream' | 'here';
}

/** What a request that has no whole answer yet is doing. */
export type RunningPhase = 'starting' | 'queued' | 'loading' | 'down' | 'prompt' | 'answering';

export interface RunningRequest {
  /** As sent in the `request-id` header. */
  readonly id: string;
  /** As the client asked for it. */
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly phase: RunningPhase;
  /** Place in the queue; 1 is next. */
  readonly position: number | undefined;
  /** Tokens of the prompt; `processed` includes `cached`. */
  readonly prompt:
    | { readonly processed: number; readonly cached: number; readonly total: number }
    | undefined;
  /** Pieces of the answer so far, of which most are one token. */
  readonly pieces: number;
}

/** Tokens a second, for each interval; the last interval is the one that ended at `until`. */
export interface Throughput {
  readonly intervalMs: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Of answers. */
  readonly generated: readonly number[];
  /** Of prompts, without what was cached. */
  readonly read: readonly number[];
}

/** Since the start of the app. */
export interface Totals {
  readonly completed: number;
  readonly failed: number;
  readonly aborted: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

export interface ServerStatus {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly now: number;
  readonly startedAt: number;
  /** `express`, `fastify` or `nestjs`. */
  readonly framework: string;
  /** Whether the inspector is on. */
  readonly inspector: boolean;
  readonly upstream: UpstreamStatus;
  /** Oldest first. */
  readonly running: readonly RunningRequest[];
  /** Of those that run, how many wait for their turn. */
  readonly queued: number;
  readonly throughput: Throughput;
  readonly totals: Totals;
}
