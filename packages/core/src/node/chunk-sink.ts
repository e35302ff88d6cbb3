import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FrameSink } from '../event-stream.ts';

const { write } = ServerResponse.prototype;

/**
 * Returns a sink that writes the chunks of a response straight to its socket, or undefined where somebody has put something
 * in front of that (`compression()`, say), or it is not yet the response's turn on the connection. The head is sent before.
 *
 * A response writes each chunk in four pieces, corked until the next tick, which costs as much as the rest of what Node does
 * for a token. This is one piece, at once.
 */
export function toChunkSink(res: ServerResponse): FrameSink | undefined {
  const { socket } = res;
  if (socket === null || res.write !== write) return undefined;
  // The head leaves together with the first frames, which are there as a rule.
  socket.cork();
  process.nextTick(uncork, socket);
  res.flushHeaders();
  socket.setNoDelay(true);
  // What the response has not given to its socket yet would come behind what is written there.
  const isPassedOn = res.writableLength === socket.writableLength;
  return res.chunkedEncoding && isPassedOn ? new ChunkSink(res, socket) : undefined;
}

function uncork(socket: Socket): void {
  socket.uncork();
}

class ChunkSink implements FrameSink {
  private readonly res: ServerResponse;
  private readonly socket: Socket;

  constructor(res: ServerResponse, socket: Socket) {
    this.res = res;
    this.socket = socket;
  }

  write(frames: string): boolean {
    if (this.res.destroyed) return true;
    const length = Buffer.byteLength(frames);
    // ASCII is the same in both, and need not be looked at once more.
    const encoding = length === frames.length ? 'latin1' : 'utf8';
    return this.socket.write(`${length.toString(16)}\r\n${frames}\r\n`, encoding);
  }

  ready(): Promise<void> {
    return drainOrClose(this.socket);
  }

  destroy(): void {
    this.res.destroy();
  }
}

/** `drain` never fires once the client is gone, so it is raced with `close`. */
export function drainOrClose(stream: ServerResponse | Socket): Promise<void> {
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
