import type { PrefixBreak } from '@llama-messages/core';
import { startBridge } from './bridge.ts';
import { startChatTap } from './chat-tap.ts';
import { createPromptBound } from './prompt-bound.ts';
import type { Recording } from './recording.ts';
import { sendMessage, type SentMessage } from './send-message.ts';

/** One request of a replay. */
export interface Turn extends SentMessage {
  readonly conversation: string;
  readonly request: string;
  /**
   * The most tokens that could have been reused, see {@link createPromptBound}. Undefined for llama-server's own endpoint,
   * which does not show the prompt that it makes, and for refused requests.
   */
  readonly boundTokens: number | undefined;
  /** Where the bridge saw the conversation's prompt depart from its previous one. */
  readonly prefixBreak: PrefixBreak | undefined;
}

export interface ReplayOptions {
  /** Of a llama-server. */
  readonly upstream: string;
  readonly recordings: readonly Recording[];
  /** Tokens of each answer; what the model says is of no interest, but llama-server generates one at least. */
  readonly maxTokens: number;
  /** Told of each request as soon as it is over. */
  readonly onTurn: (turn: Turn) => void;
}

/** Sends every request of the recordings through llama-messages, one after another, and returns what was reused. */
export async function replayThroughBridge(options: ReplayOptions): Promise<Turn[]> {
  const tap = await startChatTap(options.upstream);
  const bridge = await startBridge({ upstream: tap.url });
  const bound = createPromptBound(options.upstream);
  try {
    return await replay(options, bridge.url, async (sent) => {
      // What is refused before it is an exchange has no report.
      const report =
        sent.requestId === undefined || sent.status !== 200 ? undefined : await bridge.report(sent.requestId);
      // A second attempt has other schemas of tools; the last is what was answered.
      const chat = tap.take().at(-1);
      return {
        boundTokens: chat && sent.error === undefined ? await bound.add(chat) : undefined,
        prefixBreak: report?.prefixBreak,
      };
    });
  } finally {
    bridge.close();
    tap.close();
  }
}

/** Sends every request of the recordings to llama-server's own `/v1/messages`, for comparison. */
export async function replayToOwnEndpoint(options: ReplayOptions): Promise<Turn[]> {
  return replay(options, options.upstream, async () => ({ boundTokens: undefined, prefixBreak: undefined }));
}

async function replay(
  { recordings, maxTokens, onTurn }: ReplayOptions,
  url: string,
  inspect: (sent: SentMessage) => Promise<Pick<Turn, 'boundTokens' | 'prefixBreak'>>,
): Promise<Turn[]> {
  const turns: Turn[] = [];
  for (const recording of recordings) {
    for (const request of recording.requests) {
      const sent = await sendMessage(url, request, maxTokens);
      const turn = {
        conversation: recording.name,
        request: request.name,
        ...sent,
        ...(await inspect(sent)),
      };
      turns.push(turn);
      onTurn(turn);
    }
  }
  return turns;
}
