import type { ServerResponse } from 'node:http';
import type { HandlerResponse } from '../http.ts';

/**
 * Writes a response of the handler, with the client's backpressure. Resolves when everything is written or the
 * client is gone; never rejects. Headers that the host has set on `res` stay, but for those that the response sets.
 */
export async function writeNodeResponse(res: ServerResponse, response: HandlerResponse): Promise<void> {
  if (res.destroyed || res.headersSent) return;
  const { status, headers, body } = response;
  if (typeof body === 'string') {
    res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    res.end(body);
    return;
  }
  // A write that fails after the client left is no news.
  res.on('error', () => {});
  res.removeHeader('content-length');
  res.writeHead(status, headers);
  res.flushHeaders();
  res.socket?.setNoDelay(true);
  await body.pipe({
    write: (frames) => (res.destroyed ? true : write(res, frames)),
    ready: () => drainOrClose(res),
    destroy: () => res.destroy(),
  });
  if (!res.destroyed) res.end();
}

function write(res: ServerResponse & { flush?: () => void }, frames: string): boolean {
  const isFree = res.write(frames);
  // Only compression() adds this; it would keep small frames to itself.
  res.flush?.();
  return isFree;
}

/** `drain` never fires once the client is gone, so it is raced with `close`. */
function drainOrClose(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (res.destroyed || res.closed) return resolve();
    function settle(): void {
      res.off('drain', settle);
      res.off('close', settle);
      resolve();
    }
    res.on('drain', settle);
    res.on('close', settle);
  });
}
