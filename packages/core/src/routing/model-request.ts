import type { HeaderReader } from '../http.ts';
import type { ContentBlockParam, CountTokensRequest } from '../messages/types.ts';
import { toSession } from '../slots/conversation.ts';

/** What a function in `models` may choose by. */
export interface ModelRequest {
  /** The model's name as the client asked for it. */
  readonly model: string;
  /** The agent inside of a session of Claude Code; undefined for its main agent and for other clients. */
  readonly agent: string | undefined;
  /** The session of Claude Code, or what else a client says its session is. */
  readonly session: string | undefined;
  /** In any turn, tool results included. */
  readonly hasImages: boolean;
  readonly hasTools: boolean;
  readonly thinking: 'off' | 'on' | 'unset';
  readonly headers: HeaderReader;
}

/** Returns what a request for a message, or for a count of its tokens, can be routed by. */
export function toModelRequest(request: CountTokensRequest, headers: HeaderReader): ModelRequest {
  const { thinking } = request;
  return {
    model: request.model,
    agent: toAgent(headers),
    session: toSession(headers, request.metadata?.user_id),
    // Not a getter: one in an object literal makes a hidden class for each object, and holds what it closes over until the next
    // full garbage collection.
    hasImages: request.messages.some(({ content }) => carriesImage(content)),
    hasTools: (request.tools?.length ?? 0) > 0,
    thinking: thinking ? (thinking.type === 'disabled' ? 'off' : 'on') : 'unset',
    headers,
  };
}

/** Returns what the mere name of a model can be routed by. */
export function toModelQuestion(model: string, headers: HeaderReader): ModelRequest {
  return {
    model,
    agent: toAgent(headers),
    session: toSession(headers, undefined),
    hasImages: false,
    hasTools: false,
    thinking: 'unset',
    headers,
  };
}

function toAgent(headers: HeaderReader): string | undefined {
  return headers.get('x-claude-code-agent-id') || undefined;
}

function carriesImage(content: string | readonly ContentBlockParam[] | null | undefined): boolean {
  if (typeof content === 'string' || !content) return false;
  return content.some((block) => {
    switch (block.type) {
      case 'image':
        return true;
      case 'tool_result':
        return carriesImage((block as { content?: string | ContentBlockParam[] | null }).content);
      case 'document':
        return carriesImage(
          (block as { source?: { content?: string | ContentBlockParam[] } | null }).source?.content,
        );
      default:
        return false;
    }
  });
}
