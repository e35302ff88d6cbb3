import type { IncomingMessage } from 'node:http';
import { readNodeBody } from '@llama-messages/core/node';
import { type PlatformRequest, toRawRequest } from './platform.ts';

/** Why a body could not be read, until the controller answers. */
const failures = new WeakMap<IncomingMessage, unknown>();

/** Of each request whose body nobody has looked at. */
const unread = new WeakMap<PlatformRequest, Uint8Array>();

/**
 * Reads the body of a request to the API before the parsers of the host would refuse it, and leaves it on
 * `request.body`: parsed, for guards and interceptors to look at, or as text if it is no JSON. It is parsed when the first of
 * them does; the handler reads bytes faster than anybody can parse them.
 *
 * @returns whether it could be read
 * @remarks Never rejects. What goes wrong is answered later, by the controller, so that the answer has the host's CORS
 * headers, and guards come first.
 */
export async function readEarlyBody(request: PlatformRequest, maxBytes: number): Promise<boolean> {
  const raw = toRawRequest(request);
  if (!hasBody(raw)) return true;
  try {
    const body = await readNodeBody(raw, maxBytes);
    if (body instanceof Uint8Array) {
      unread.set(request, body);
      Object.defineProperty(request, 'body', parsedWhenRead);
    } else request.body = body;
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
  return unread.get(request) ?? request.body ?? readNodeBody(raw, maxBytes);
}

/** One for all requests: a getter of its own would give each a hidden class of its own, and slow down whatever touches it. */
const parsedWhenRead: PropertyDescriptor & ThisType<PlatformRequest> = {
  configurable: true,
  enumerable: true,
  get() {
    const bytes = unread.get(this);
    this.body = bytes && parse(bytes);
    return this.body;
  },
  set(value: unknown) {
    unread.delete(this);
    Object.defineProperty(this, 'body', { configurable: true, enumerable: true, writable: true, value });
  },
};

/** Returns whether a request announces a body that is not empty. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function parse(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return (JSON.parse(text) as unknown) ?? text;
  } catch {
    return text;
  }
}
