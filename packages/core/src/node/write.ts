import type { ServerResponse } from 'node:http';
import type { FrameSink } from '../event-stream.ts';
import type { HandlerResponse } from '../http.ts';
import { drainOrClose, toChunkSink } from './chunk-sink.ts';

/**
 * Writes a response of the handler, with the client's backpressure. Resolves when everything is written or the
 * client is gone; never rejects. Headers that the host has set on `res` stay, but for those that the response sets.
 */
export function writeNodeResponse(res: ServerResponse, response: HandlerResponse): Promise<void> {
  if (res.destroyed || res.headersSent) return Promise.resolve();
  const { status, headers, body } = response;
  if (typeof body === 'string') {
    res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    res.end(body);
    return Promise.resolve();
  }
  // A write that fails after the client left is no news.
  res.on('error', ignore);
  res.removeHeader('content-length');
  res.writeHead(status, headers);
  const direct = toChunkSink(res);
  const sink = direct ?? toSink(res);
  return body.pipe(sink).then((last) => {
    if (res.destroyed) return;
    // What somebody has put in front of write() sees all of it.
    if (!direct && last !== '') sink.write(last);
    res.end(direct && last);
  });
}

function ignore(): void {}

function toSink(res: ServerResponse & { flush?: () => void }): FrameSink {
  res.flushHeaders();
  res.socket?.setNoDelay(true);
  return {
    write(frames) {
      if (res.destroyed) return true;
      const isFree = res.write(frames);
      // Only compression() adds this; it would keep small frames to itself.
      res.flush?.();
      return isFree;
    },
    ready: () => drainOrClose(res),
    destroy: () => res.destroy(),
  };
}
