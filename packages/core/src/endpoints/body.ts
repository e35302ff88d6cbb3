import { MessagesError } from '../errors.ts';
import type { HandlerRequest } from '../http.ts';

/**
 * Returns the parsed body of a request, whichever way the host gave it: parsed, as text or as bytes.
 *
 * @throws MessagesError 400 if it is no JSON or missing, 413 if it is larger than `maxBytes`
 */
export async function readBody(request: HandlerRequest, maxBytes: number): Promise<unknown> {
  const body = await request.body();
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    if (body === undefined || body === null)
      throw new MessagesError('invalid_request_error', 'The request has no body');
    return body;
  }
  const length = typeof body === 'string' ? body.length : body.byteLength;
  if (length > maxBytes) throw tooLarge(maxBytes);
  const text = (typeof body === 'string' ? body : new TextDecoder().decode(body)).replace(/^\uFEFF/, '');
  if (!/\S/.test(text)) throw new MessagesError('invalid_request_error', 'The request has no body');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MessagesError('invalid_request_error', 'The request body is not valid JSON', { cause });
  }
}

/** Returns the error for a body over the limit; adapters that read the body themselves throw it too. */
export function tooLarge(maxBytes: number): MessagesError {
  return new MessagesError('request_too_large', `Request exceeds the maximum size of ${maxBytes} bytes`);
}
