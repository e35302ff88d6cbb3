import type { HeaderReader } from '../http.ts';
import type { ContentBlockParam, MessageParam, MessagesRequest } from '../messages/types.ts';
import { hashText } from './hash-text.ts';

/** Who asks: what the queue is fair between, and what slots are kept for. */
export interface Conversation {
  /** The session, or what stands for it; at most some 140 characters, for look-ups and never for a prompt. */
  readonly id: string;
  /** The agent inside of the session: its id, or `main`. */
  readonly agent: string;
  /** A call that a client makes beside the conversation, and that nobody waits for. */
  readonly isBackground: boolean;
}

/**
 * The most tokens that a helper call asks for. Claude Code's turns ask for 32 000 or more; the title and summary calls
 * of its older versions for a few hundred.
 */
const helperMaxTokens = 1024;

/** A client may put anything into `user_id`; what is longer is hashed. */
const longestId = 128;

/** Of each text, this many characters and its length are part of the hash: enough to tell conversations apart. */
const hashedCharacters = 16_384;

const attribution = 'x-anthropic-billing-header:';

/**
 * Returns which conversation and agent a request belongs to, and whether it is a background call.
 *
 * The session is the header `x-claude-code-session-id`, else `metadata.user_id` (JSON with a `session_id`, as Claude
 * Code sends it, or any string), else a hash of the system prompt and of the user's first message: that is what stays
 * the same from turn to turn, and what decides which cached prompt fits. Two conversations that begin alike are then
 * one, which costs neither of them anything but its own place in the queue.
 *
 * Background is a one-token probe, from whomever; and inside of a session of Claude Code a call without tools that
 * turns thinking off, wants a schema, asks for little, or names a haiku model: titles, summaries, quota checks. The
 * turns of a session and of its subagents carry tools, and so do its web searches and `/compact`. Without a session
 * there is nothing to tell a helper call from somebody's only call, so it is none.
 */
export function toConversation(request: MessagesRequest, headers: HeaderReader): Conversation {
  const session = toSession(headers, request.metadata?.user_id);
  const agent = headers.get('x-claude-code-agent-id') || 'main';
  return {
    id: session ? `session:${clip(session)}` : (userId(request) ?? `prompt:${promptHash(request)}`),
    agent: clip(agent),
    isBackground: request.max_tokens === 1 || (Boolean(session) && isHelperCall(request)),
  };
}

/** Returns the session that a request says it belongs to, as {@link toConversation} reads it. */
export function toSession(headers: HeaderReader, user: string | null | undefined): string | undefined {
  return headers.get('x-claude-code-session-id') || sessionOf(user);
}

function isHelperCall(request: MessagesRequest): boolean {
  if (request.tools && request.tools.length > 0) return false;
  return (
    request.thinking?.type === 'disabled' ||
    Boolean(request.output_config?.format ?? request.output_format) ||
    request.max_tokens <= helperMaxTokens ||
    /haiku/i.test(request.model)
  );
}

/** Claude Code sends JSON; before, it sent `user_…_account_…_session_<uuid>`. */
function sessionOf(user: string | null | undefined): string | undefined {
  if (!user) return undefined;
  if (!user.startsWith('{')) return /_session_([\w-]+)$/.exec(user)?.[1];
  try {
    const { session_id: session } = JSON.parse(user) as { session_id?: unknown };
    return typeof session === 'string' && session !== '' ? session : undefined;
  } catch {
    return undefined;
  }
}

function userId(request: MessagesRequest): string | undefined {
  const user = request.metadata?.user_id;
  return user ? `user:${clip(user)}` : undefined;
}

function clip(id: string): string {
  return id.length > longestId ? hashText(id) : id;
}

/** `cache_control` moves and strings become text blocks from turn to turn, so only the texts count. */
function promptHash(request: MessagesRequest): string {
  const opening = request.messages.find((message) => message.role === 'user');
  return hashText([...textsOf(request.system), '\u0000', ...textsOf(opening?.content)].join('\n'));
}

function textsOf(content: MessageParam['content'] | null | undefined): string[] {
  if (typeof content === 'string') return [head(content)];
  // The attribution block changes when Claude Code compacts a conversation.
  return (content ?? []).map((block) => head(textOf(block))).filter((text) => !text.startsWith(attribution));
}

function textOf(block: ContentBlockParam): string {
  if ('text' in block && typeof block.text === 'string') return block.text;
  const data = (block as { source?: { data?: unknown } | null }).source?.data;
  return `${block.type} ${typeof data === 'string' ? data : ''}`;
}

function head(text: string): string {
  return text.length > hashedCharacters ? `${text.slice(0, hashedCharacters)} ${text.length}` : text;
}
