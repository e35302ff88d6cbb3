import type { ChatRequest } from '../chat/types.ts';
import type { HeaderReader } from '../http.ts';
import type { Conversation } from './conversation.ts';
import { hashText } from './hash-text.ts';

/**
 * Returns the key under which an identical request that still runs is found. Requests are identical if the upstream is
 * asked for the same, by the same key, conversation and agent, and is the same; whether the client wants its answer streamed does not
 * count, as the upstream is always asked to stream.
 *
 * The hash of the API key stands by itself, so that nobody can build a prompt that is taken for one of another key.
 */
export function toRequestKey(
  apiKey: string | undefined,
  chat: ChatRequest,
  conversation?: Pick<Conversation, 'id' | 'agent'>,
  upstream?: string,
): string {
  const who = hashText(JSON.stringify([apiKey ?? null]));
  const what = JSON.stringify([chat, conversation?.id, conversation?.agent, upstream]);
  return `${who}-${what.length}-${hashText(what)}`;
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
