import type { ChatChunk, ChatRequest, ChatTextDelta } from '../chat/types.ts';
import type { PushIterable } from '../sink.ts';

/** What an upstream is told about one call. */
export interface UpstreamCall {
  /** Aborts when nobody waits for the answer any more; generation must stop at once. */
  readonly signal: AbortSignal;
  /** The id of the exchange, for the upstream's log. */
  readonly requestId: string;
  /** The slot to use, from 0, where the upstream has slots that can be chosen. */
  readonly slot?: number;
  /** More headers for the request, such as `traceparent`, where the upstream is asked by HTTP. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TokenCount {
  tokens: number;
  /** False for an estimate; clients are told in the header `llama-messages-token-count`. */
  exact: boolean;
}

/** One model that an upstream serves. Undefined means that the upstream does not say. */
export interface UpstreamModel {
  id: string;
  /** Tokens of one slot, prompt and answer together. */
  contextWindow?: number | undefined;
  /** Requests that are decoded at the same time. */
  slots?: number | undefined;
  vision?: boolean | undefined;
  /** The chat template knows tools. */
  tools?: boolean | undefined;
  /** The chat template can think. */
  thinking?: boolean | undefined;
  /** The chat template has levels of effort. */
  effort?: boolean | undefined;
  /** Milliseconds since the epoch. */
  createdAt?: number | undefined;
}

/** How an upstream departs from what the conversion assumes; data, so that nothing above asks which server it is. */
export interface UpstreamTraits {
  /** The answer to a prefilled turn begins with the prefill (llama-server). */
  readonly echoesPrefill?: boolean | undefined;
  /** `response_format` together with `tools` is refused (llama-server), so a tool takes the place of the schema. */
  readonly schemaExcludesTools?: boolean | undefined;
  /** The first chunk tells the true prompt and cache counts before any token (llama-server's `prompt_progress`). */
  readonly reportsProgress?: boolean | undefined;
  /** Schemas become grammars, so what llama.cpp cannot build one of is simplified (llama-server). */
  readonly compilesSchemas?: boolean | undefined;
  /** Content begins inside a thought whose opening tag stands in the prompt, and ends it with `</think>`. */
  readonly startsInThinking?: boolean | undefined;
}

/**
 * What generates: a llama-server, any OpenAI-compatible server, llama.cpp in this process, or something of yours.
 *
 * Errors: throw a {@link MessagesError}, already in the client's terms; anything else becomes a 500.
 */
export interface Upstream {
  /** For logs and the ready line, such as `llama-server` or `vLLM`; no address, no key. */
  readonly name: string;
  readonly traits: UpstreamTraits;
  /**
   * Starts one generation. Resolves as soon as the upstream has accepted the request, rejects if it refuses.
   * Yields (or pushes, which costs less) the chunks of one network read together; ends when the upstream said that it is done,
   * throws if it failed or was cut. Leaving the iteration, or `call.signal`, stops the generation.
   *
   * @param request - not to be changed: parts of it serve other requests, too, and are frozen
   */
  stream(
    request: ChatRequest,
    call: UpstreamCall,
  ): Promise<PushIterable<readonly (ChatChunk | ChatTextDelta)[]>>;
  /** Counts the prompt of `request` as {@link Upstream.stream} would send it. */
  countTokens(request: ChatRequest, call: UpstreamCall): Promise<TokenCount>;
  models(call: UpstreamCall): Promise<readonly UpstreamModel[]>;
  close?(): Promise<void>;
}
