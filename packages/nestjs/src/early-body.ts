import type { IncomingMessage } from 'node:http';
import { readNodeBody } from '@llama-messages/core/node';
import { type PlatformRequest, toRawRequest } from './platform.ts';

/** Why a body could not be read, until the controller answers. */
const failures = new WeakMap<IncomingMessage, unknown>();

/**
 * Reads the body of a request to the API before the parsers of the host would refuse it, and leaves it on
 * `request.body`: parsed, for guards and interceptors to look at, or as text if it is no JSON.
 *
 * @returns whether it could be read
 * @remarks Never rejects. What goes wrong is answered later, by the controller, so that the answer has the host's CORS
 * headers, and guards come first.
 */
export async function readEarlyBody(request: PlatformRequest, maxBytes: number): Promise<boolean> {
  const raw = toRawRequest(request);
  if (!hasBody(raw)) return true;
  try {
    request.body = parse(await readNodeBody(raw, maxBytes));
    return true;
  } catch (error) {
    failures.set(raw, error);
    return false;
  }
}

/** Returns the body that {@link readEarlyBody} or a parser of the host left, else what is still to be read. */
export async function takeBody(request: PlatformRequest, maxBytes: number): Promise<unknown> {
  const raw = toRawRequest(request);
  if (failures.has(raw)) throw failures.get(raw);
  return request.body ?? readNodeBody(raw, maxBytes);
}

/** Returns whether a request announces a body that is not empty. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function parse(body: unknown): unknown {
  if (!(body instanceof Uint8Array)) return body;
  const text = new TextDecoder().decode(body);
  try {
    return (JSON.parse(text) as unknown) ?? text;
  } catch {
    return text;
  }
}
