import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FrameSink } from '../event-stream.ts';
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
  await body.pipe(isPlain(res) ? new ChunkSink(res, res.socket) : toSink(res));
  if (!res.destroyed) res.end();
}

const { write } = ServerResponse.prototype;

/** Nobody has put anything in front of the socket, and it is this response's turn on it. */
function isPlain(res: ServerResponse): res is ServerResponse & { readonly socket: Socket } {
  return res.socket !== null && res.chunkedEncoding && res.write === write && res.writableLength === 0;
}

/**
 * A response writes each chunk in four pieces, corked until the next tick, which costs as much as the rest of what Node does
 * for a token. One piece goes to the socket at once.
 */
class ChunkSink implements FrameSink {
  private readonly res: ServerResponse;
  private readonly socket: Socket;

  constructor(res: ServerResponse, socket: Socket) {
    this.res = res;
    this.socket = socket;
  }

  write(frames: string): boolean {
    if (this.res.destroyed) return true;
    return this.socket.write(`${Buffer.byteLength(frames).toString(16)}\r\n${frames}\r\n`);
  }

  ready(): Promise<void> {
    return drainOrClose(this.socket);
  }

  destroy(): void {
    this.res.destroy();
  }
}

function toSink(res: ServerResponse & { flush?: () => void }): FrameSink {
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

/** `drain` never fires once the client is gone, so it is raced with `close`. */
function drainOrClose(stream: ServerResponse | Socket): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.closed) return resolve();
    function settle(): void {
      stream.off('drain', settle);
      stream.off('close', settle);
      resolve();
    }
    stream.on('drain', settle);
    stream.on('close', settle);
  });
}
