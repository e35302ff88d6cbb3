import type { ChatRequest } from '../chat/types.ts';
import type { HeaderReader } from '../http.ts';
import type { Conversation } from './conversation.ts';
import { hashText } from './hash-text.ts';

/**
 * Returns the key under which an identical request that still runs is found. Requests are identical if the upstream is
 * asked for the same, by the same key, conversation and agent; whether the client wants its answer streamed does not
 * count, as the upstream is always asked to stream.
 *
 * The hash of the API key stands by itself, so that nobody can build a prompt that is taken for one of another key.
 */
export function toRequestKey(
  apiKey: string | undefined,
  chat: ChatRequest,
  conversation?: Pick<Conversation, 'id' | 'agent'>,
): string {
  const who = hashText(JSON.stringify([apiKey ?? null]));
  const what = JSON.stringify([chat, conversation?.id, conversation?.agent]);
  return `${who}-${what.length}-${hashText(what)}`;
}

/**
 * Returns whether a request may be answered by an identical one that still runs. That is so for a resend, which the
 * SDKs number in `x-stainless-retry-count`, and within a session of Claude Code, which never wants the same twice at
 * the same time, and does not number its non-streamed retry after a broken stream. Anybody else who sends the same
 * request twice at once may want two samples.
 */
export function isResend(headers: HeaderReader): boolean {
  return (
    Number(headers.get('x-stainless-retry-count')) > 0 || Boolean(headers.get('x-claude-code-session-id'))
  );
}
