import { MessagesError } from '../errors.ts';
import type { EndpointContext } from './endpoint.ts';

/**
 * Returns the parsed body of a request, whichever way the host gave it: parsed, as text or as bytes.
 *
 * @throws MessagesError 400 if it is no JSON or missing, 413 if it is too large
 */
export async function readBody(context: EndpointContext): Promise<unknown> {
  const body = await context.request.body();
  if (body === undefined || body === null) throw missing();
  if (body instanceof Uint8Array) return parse(body, context);
  return typeof body === 'string' ? parse(new TextEncoder().encode(body), context) : body;
}

function parse(json: Uint8Array, { request, owner, services, options }: EndpointContext): unknown {
  if (json.length > options.maxBodyBytes) throw tooLarge(options.maxBodyBytes);
  const text = withoutMark(json);
  try {
    return services.bodies.parse(`${owner} ${request.headers.get('x-claude-code-session-id') ?? ''}`, text);
  } catch (cause) {
    if (!/\S/.test(new TextDecoder().decode(text))) throw missing();
    throw new MessagesError('invalid_request_error', 'The request body is not valid JSON', { cause });
  }
}

/** Returns a text without the mark of byte order that some editors and PowerShell put in front of it. */
function withoutMark(text: Uint8Array): Uint8Array {
  return text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? text.subarray(3) : text;
}

function missing(): MessagesError {
  return new MessagesError('invalid_request_error', 'The request has no body');
}

/** Returns the error for a body over the limit; adapters that read the body themselves throw it too. */
export function tooLarge(maxBytes: number): MessagesError {
  return new MessagesError('request_too_large', `Request exceeds the maximum size of ${maxBytes} bytes`);
}
