import type { ChatRequest } from './chat/types.ts';
import { hashText } from './slots/hash-text.ts';
import type { TokenCount, Upstream, UpstreamCall } from './upstream/upstream.ts';

/** Counts that are remembered; editors ask for fifty at once when they start, and for the same ones again. */
const mostCounts = 1_000;

/** Token counts with a small memory, outside of the queue of generations. */
export interface TokenCounts {
  /** Counts the prompt of `chat` exactly where the upstream can; equal prompts are counted once, also at the same time. */
  count(chat: ChatRequest, call: UpstreamCall): Promise<TokenCount>;
}

export function createTokenCounts(upstream: Upstream): TokenCounts {
  /** The least recently used first. */
  const counts = new Map<string, Promise<TokenCount>>();
  return {
    async count(chat, call) {
      const text = JSON.stringify(chat);
      const key = `${text.length}-${hashText(text)}`;
      // Shared by all who ask, so no single client's leaving may end it.
      const known =
        counts.get(key) ?? upstream.countTokens(chat, { ...call, signal: new AbortController().signal });
      counts.delete(key);
      counts.set(key, known);
      if (counts.size > mostCounts)
        for (const oldest of counts.keys()) {
          counts.delete(oldest);
          break;
        }
      try {
        return await known;
      } catch (error) {
        counts.delete(key);
        throw error;
      }
    },
  };
}
