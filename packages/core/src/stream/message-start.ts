import { toUsage } from '../convert/usage.ts';
import type { Message } from '../messages/types.ts';

/** Returns the message that `message_start` carries. */
export function toMessageStart(id: string, model: string, promptTokens: number, cachedTokens = 0): Message {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: toUsage({ prompt: promptTokens, cached: cachedTokens, completion: 0, reasoning: undefined }),
  };
}
