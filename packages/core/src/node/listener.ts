import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MessagesHandler } from '../handler.ts';
import type { HandlerRequest } from '../http.ts';
import { readNodeBody } from './body.ts';
import { writeNodeResponse } from './write.ts';

/**
 * Returns a request listener for `http.createServer`. It answers every path: those that are not the API's with a
 * JSON 404 that names the right URL.
 *
 * @remarks The returned function never rejects.
 */
export function toNodeListener(
  handler: MessagesHandler,
): (req: IncomingMessage & { body?: unknown }, res: ServerResponse) => Promise<void> {
  return (req, res) =>
    handler
      .handle(toHandlerRequest(req, res, handler.maxBodyBytes))
      .then((response) => writeNodeResponse(res, response));
}

/** Returns a Node request as the handler reads it; `req.url` counts from the mount point, as in Connect and Express. */
export function toHandlerRequest(
  req: IncomingMessage & { body?: unknown },
  res: ServerResponse,
  maxBodyBytes: number,
): HandlerRequest {
  return {
    method: req.method ?? 'GET',
    path: toPath(req.url),
    headers: { get: (name) => toText(req.headers[name.toLowerCase()]) },
    body: () => readNodeBody(req, maxBodyBytes),
    ...toAbort(res),
  };
}

/** Returns the path of a request target, without query. */
export function toPath(url = '/'): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** One for all: every response closes, and making an error costs as much as a small request. */
const closed = new Error('The connection was closed');

/**
 * Returns a signal, with its controller, that aborts when the response is over, whoever ended it: the client left, or the host
 * answered in our place (a time limit, say). After a whole answer nobody listens any more. `close` of the request instead
 * would fire once its body is read.
 */
export function toAbort(res: ServerResponse): Required<Pick<HandlerRequest, 'signal' | 'abort'>> {
  const abort = new AbortController();
  if (res.destroyed) abort.abort(closed);
  else res.on('close', () => abort.abort(closed));
  return { signal: abort.signal, abort };
}

function toText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
