import type { ChatRequest } from '../chat/types.ts';
import type { CountTokensRequest } from '../messages/types.ts';
import type { ConvertOptions } from './options.ts';

type ChatSampling = Pick<ChatRequest, 'max_tokens' | 'temperature' | 'top_p' | 'top_k' | 'stop'>;

/** llama-server reads counts as 32 bit integers. */
const largestCount = 2_147_483_647;

/**
 * Returns the limits and the sampling of the answer. `max_tokens` is clamped to the context window, never refused:
 * clients send 64,000 for models they do not know, and 128,000 after an answer was cut.
 * 0 stays 0; llama-server generates one token all the same, which the stream drops.
 */
export function toChatSampling(request: CountTokensRequest, options: ConvertOptions): ChatSampling {
  const stop = toStopSequences(request);
  const { max_tokens: maxTokens, temperature, top_p: topP, top_k: topK } = request;
  return {
    ...(typeof maxTokens === 'number' && {
      max_tokens: Math.min(maxTokens, options.model.contextWindow ?? largestCount, largestCount),
    }),
    ...(typeof temperature === 'number' && { temperature: Math.max(0, temperature) }),
    ...(typeof topP === 'number' && { top_p: topP }),
    ...(typeof topK === 'number' && { top_k: Math.max(-1, Math.min(topK, largestCount)) }),
    ...(stop.length > 0 && { stop }),
  };
}

/** Returns the stop sequences that can stop anything: an empty one would end every answer at its first token. */
export function toStopSequences(request: CountTokensRequest): string[] {
  return (request.stop_sequences ?? []).filter((sequence) => sequence !== '');
}
