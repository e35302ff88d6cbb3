import { APIConnectionError, APIError } from '@anthropic-ai/sdk/core/error';

/** What went wrong, in words for the person in front of the page. */
export interface Problem {
  readonly kind: 'key' | 'overflow' | 'unreachable' | 'busy' | 'request' | 'broken';
  readonly title: string;
  /** What to do about it, or what the server said. */
  readonly detail: string;
  /** For the log of the server, if it has answered. */
  readonly requestId?: string;
}

/** Returns what an error of the SDK means. */
export function toProblem(error: unknown): Problem {
  if (error instanceof APIConnectionError) {
    return {
      kind: 'unreachable',
      title: 'The server does not answer.',
      detail: 'Is it still running? In its folder: npm start',
    };
  }
  if (!(error instanceof APIError)) {
    return { kind: 'broken', title: 'This page failed.', detail: String(error) };
  }
  const id = error.requestID ?? undefined;
  return { ...describe(error.type, readMessage(error)), ...(id !== undefined && { requestId: id }) };
}

/** By type: an error inside a stream has no status. The SDK does not list all that the API has. */
function describe(type: string | null, message: string): Problem {
  switch (type) {
    case 'authentication_error':
      return {
        kind: 'key',
        title: 'This server wants an API key.',
        detail: 'One of those that it was started with: npm start -- --api-key KEY',
      };
    case 'permission_error':
      return { kind: 'key', title: 'This API key is not allowed to do that.', detail: message };
    case 'rate_limit_error':
    case 'overloaded_error':
      return { kind: 'busy', title: 'The model server is down or busy.', detail: message };
    case 'request_too_large':
      return {
        kind: 'overflow',
        title: 'The request is too large.',
        detail: `${message} Start a new conversation, or send fewer images.`,
      };
    case 'invalid_request_error':
      return describeRefusal(message);
    case 'not_found_error':
      return { kind: 'request', title: 'The server does not know that.', detail: message };
    case 'timeout_error':
      return { kind: 'busy', title: 'The model server took too long.', detail: message };
    default:
      return { kind: 'broken', title: 'The answer broke off.', detail: message };
  }
}

function describeRefusal(message: string): Problem {
  const [, tokens, most] = /prompt is too long: (\d+) tokens > (\d+)/.exec(message) ?? [];
  if (tokens === undefined || most === undefined) {
    return { kind: 'request', title: 'The server refused this request.', detail: message };
  }
  return {
    kind: 'overflow',
    title: 'The conversation is longer than the model can read.',
    detail: `It has ${Number(tokens).toLocaleString()} tokens, the context window ${Number(most).toLocaleString()}. Start a new conversation, shorten an earlier message, or give the model server a larger context.`,
  };
}

/** The SDK's own message is the status and the whole body. */
function readMessage(error: APIError): string {
  const body: unknown = error.error;
  if (typeof body === 'object' && body !== null && 'error' in body) {
    const inner: unknown = body.error;
    if (typeof inner === 'object' && inner !== null && 'message' in inner) return String(inner.message);
  }
  return error.message;
}
