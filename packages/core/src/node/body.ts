import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { tooLarge } from '../endpoints/body.ts';
import { MessagesError } from '../errors.ts';

/**
 * Returns the body of a Node request: what a parser in front has made of it, else the bytes of the stream.
 *
 * @throws MessagesError 413 above `maxBytes`, 400 if the body is compressed or has been read by somebody who kept nothing
 */
export async function readNodeBody(
  request: IncomingMessage & { body?: unknown },
  maxBytes: number,
): Promise<unknown> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (request.body !== undefined && !isEmptyObject(request.body)) {
    if (announced > maxBytes) throw tooLarge(maxBytes);
    return request.body;
  }
  if (request.readableEnded) {
    if (request.body !== undefined) return request.body;
    throw new MessagesError(
      'invalid_request_error',
      'The request body has been read before llama-messages saw it, and was not kept on request.body',
    );
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new MessagesError(
      'invalid_request_error',
      `The body is compressed with ${encoding}; send it without content-encoding`,
    );
  }
  return readBytes(request, announced, maxBytes);
}

/** `express.json()` leaves `{}` behind for a body that it did not read. */
function isEmptyObject(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    !Array.isArray(body) &&
    !(body instanceof Uint8Array) &&
    Object.keys(body).length === 0
  );
}

/** Reads by events: an async iterator would destroy the request, and with it the connection that the 413 goes out on. */
function readBytes(stream: Readable, announced: number, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    function take(chunk: Uint8Array): void {
      length += chunk.byteLength;
      if (length > maxBytes) refuse();
      else chunks.push(chunk);
    }
    function refuse(): void {
      stop();
      // Read on and thrown away, or the client would see a broken connection instead of the answer.
      stream.on('error', () => {});
      stream.resume();
      reject(tooLarge(maxBytes));
    }
    function finish(): void {
      stop();
      const [first, ...others] = chunks;
      resolve(first && others.length === 0 ? first : Buffer.concat(chunks));
    }
    function fail(error?: Error): void {
      stop();
      reject(error ?? new MessagesError('invalid_request_error', 'The request body broke off'));
    }
    /** The request lives as long as its answer, and what listens to it would hold its bytes as long. */
    function stop(): void {
      stream.off('data', take);
      stream.off('end', finish);
      stream.off('error', fail);
      stream.off('close', fail);
    }
    stream.on('data', take);
    stream.on('end', finish);
    stream.on('error', fail);
    stream.on('close', fail);
    if (announced > maxBytes) refuse();
  });
}
