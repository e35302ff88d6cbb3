import type { MessageDeltaUsage, Usage } from '../messages/types.ts';

/** Token counts as upstreams give them: the prompt includes what came from the cache. */
export interface TokenTotals {
  prompt: number;
  cached: number;
  completion: number;
  /** Undefined if the upstream does not say. */
  reasoning: number | undefined;
}

/** Returns the API's usage, whose counts are disjoint: the prompt is `input_tokens + cache_read_input_tokens`. */
export function toUsage(totals: TokenTotals): Usage {
  const cached = Math.min(totals.cached, totals.prompt);
  return {
    input_tokens: totals.prompt - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    cache_creation: null,
    output_tokens: totals.completion,
    output_tokens_details: totals.reasoning === undefined ? null : { thinking_tokens: totals.reasoning },
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: null,
  };
}

/** Returns the counts that `message_delta` repeats; clients let them replace those of `message_start`. */
export function toDeltaUsage(usage: Usage): MessageDeltaUsage {
  return {
    input_tokens: usage.input_tokens,
    cache_creation_input_tokens: usage.cache_creation_input_tokens,
    cache_read_input_tokens: usage.cache_read_input_tokens,
    output_tokens: usage.output_tokens,
    output_tokens_details: usage.output_tokens_details,
    server_tool_use: usage.server_tool_use,
  };
}
