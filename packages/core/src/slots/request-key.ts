import type { ChatRequest } from '../chat/types.ts';
import type { HeaderReader } from '../http.ts';
import { isSameJson } from '../same-json.ts';
import type { Conversation } from './conversation.ts';
import { hashText } from './hash-text.ts';

/** What identical requests have in common. */
export interface RequestKey {
  /** Short, and the same for identical requests; others may share it by chance. */
  readonly id: string;
  /** What is asked of the upstream. */
  readonly chat: ChatRequest;
}

/**
 * Returns the key under which an identical request that still runs is found. Requests are identical if the upstream is
 * asked for the same, by the same key, conversation and agent, and is the same; whether the client wants its answer streamed does not
 * count, as the upstream is always asked to stream.
 *
 * The hash of the API key stands by itself, so that nobody can build a prompt that is taken for one of another key. Of the prompt
 * only lengths are in it: hashing a long one costs more than all of its conversion.
 */
export function toRequestKey(
  apiKey: string | undefined,
  chat: ChatRequest,
  conversation?: Pick<Conversation, 'id' | 'agent'>,
  upstream?: string,
): RequestKey {
  const who = hashText(JSON.stringify([apiKey ?? null]));
  const length = chat.messages.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  const what = [chat.messages.length, length, conversation?.id, conversation?.agent, upstream];
  return { id: `${who}-${hashText(JSON.stringify(what))}`, chat };
}

/** Returns whether two requests are asked for the same; both must have the same id. */
export function isSameRequest(one: RequestKey, other: RequestKey): boolean {
  return one.id === other.id && isSameJson(one.chat, other.chat);
}

/**
 * Returns whether a request may share its answer with an identical one.
 *
 * - `resend`: with one that still runs, too. The SDKs number their retries in `x-stainless-retry-count`; within a session of Claude
 *   Code nothing is wanted twice at the same time, and its non-streamed retry after a broken stream has no number.
 * - `first`: only with retries that may follow.
 * - `single`: with none. Whoever sends the same twice without a number may want two samples.
 */
export function toSharing(headers: HeaderReader): 'resend' | 'first' | 'single' {
  const retryCount = headers.get('x-stainless-retry-count');
  if (Number(retryCount) > 0 || headers.get('x-claude-code-session-id')) return 'resend';
  return retryCount ? 'first' : 'single';
}
