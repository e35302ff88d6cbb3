import { startBridge } from './bridge.ts';
import type { InterleavedConversation } from './interleaved.ts';
import { sendMessage, type SentMessage } from './send-message.ts';

export interface InterleavedOptions {
  /** Of a llama-server. */
  readonly upstream: string;
  readonly conversations: readonly InterleavedConversation[];
  readonly slotAffinity: boolean;
  /** Each conversation goes on as soon as it is answered, instead of taking turns with the others. */
  readonly atOnce: boolean;
  readonly maxTokens: number;
}

/** What the requests of a run cost together. */
export interface InterleavedResult {
  readonly sent: readonly SentMessage[];
  readonly durationMs: number;
}

/** Sends the requests of several conversations through llama-messages, so that they are in each other's way. */
export async function runInterleaved(options: InterleavedOptions): Promise<InterleavedResult> {
  const { conversations, slotAffinity, atOnce, maxTokens } = options;
  const bridge = await startBridge({ upstream: options.upstream, slotAffinity });
  const startedAt = performance.now();
  try {
    const sent = atOnce ? await sendAtOnce() : await sendInTurns();
    return { sent, durationMs: performance.now() - startedAt };
  } finally {
    bridge.close();
  }

  async function sendInTurns(): Promise<SentMessage[]> {
    const sent: SentMessage[] = [];
    const longest = Math.max(...conversations.map(({ requests }) => requests.length));
    for (let index = 0; index < longest; index++) {
      for (const { requests } of conversations) {
        const request = requests[index];
        if (request) sent.push(await sendMessage(bridge.url, request, maxTokens));
      }
    }
    return sent;
  }

  async function sendAtOnce(): Promise<SentMessage[]> {
    const lines = conversations.map(async ({ requests }) => {
      const sent: SentMessage[] = [];
      for (const request of requests) sent.push(await sendMessage(bridge.url, request, maxTokens));
      return sent;
    });
    return (await Promise.all(lines)).flat();
  }
}
