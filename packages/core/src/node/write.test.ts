import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { createEventStream, type FrameSink } from '../event-stream.ts';
import { toReadable } from './to-readable.ts';
import { writeNodeResponse } from './write.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const frames: readonly [string, string] = [
  'event: a\ndata: {"text":"one"}\n\n',
  'event: b\ndata: {"text":"zwölf 🦙"}\n\n',
];

function toBody(write: (sink: FrameSink) => Promise<string | void>) {
  const abort = new AbortController();
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: createEventStream(
      async (sink) => (await write(sink)) ?? '',
      () => abort.abort(),
    ),
  };
}

const twoFrames = () =>
  toBody(async (sink) => {
    sink.write(frames[0]);
    return frames[1];
  });

async function listen(answer: (res: ServerResponse) => unknown): Promise<number> {
  server = createServer((_req, res) => void answer(res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends bytes as they are, and returns all that comes until the connection is closed. */
async function talk(port: number, bytes: string): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

const get = (more: string): string => `GET / HTTP/1.1\r\nhost: x\r\n${more}\r\n`;
const last = get('connection: close\r\n');

describe('a stream on its way to the client', () => {
  it('is read by an HTTP client as it was written, and the connection is used again', async () => {
    const port = await listen((res) => writeNodeResponse(res, twoFrames()));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const isReused of [false, true]) {
      const outgoing = request({ port, agent }).end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      expect(Buffer.concat(await response.toArray()).toString()).toBe(frames.join(''));
      expect(outgoing.reusedSocket).toBe(isReused);
    }
    agent.destroy();
  });

  it('is whole for requests that are sent before the answer to the one in front', async () => {
    const port = await listen((res) => writeNodeResponse(res, twoFrames()));
    const answers = (await talk(port, get('') + get('') + last)).split('HTTP/1.1 200 OK').slice(1);
    expect(answers).toHaveLength(3);
    for (const answer of answers) {
      const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
      const chunks = frames.map((frame) => `${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n`);
      expect(body).toBe(`${chunks.join('')}0\r\n\r\n`);
    }
  });

  it('has no chunks for a client of HTTP/1.0', async () => {
    const port = await listen((res) => writeNodeResponse(res, twoFrames()));
    const answer = await talk(port, 'GET / HTTP/1.0\r\nhost: x\r\n\r\n');
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe(frames.join(''));
  });

  it('passes through what middleware has put in front of write', async () => {
    let seen = '';
    const port = await listen((res) => {
      const write = res.write.bind(res);
      res.write = ((chunk: string) => {
        seen += chunk;
        return write(chunk.toUpperCase());
      }) as typeof res.write;
      return writeNodeResponse(res, twoFrames());
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(frames.join('').toUpperCase());
    expect(seen).toBe(frames.join(''));
  });

  it('waits for a client that does not read, and goes on when it does', async () => {
    const many = 4000;
    let written = 0;
    const port = await listen((res) =>
      writeNodeResponse(
        res,
        toBody(async (sink) => {
          for (; written < many; written++)
            if (!sink.write(`data: ${'x'.repeat(4000)}\n\n`)) await sink.ready();
        }),
      ),
    );
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    socket.write(last);
    await expect.poll(() => written).toBeGreaterThan(0);
    let before = -1;
    // What the kernel takes is finite: it stops.
    await expect
      .poll(() => {
        const isStill = written === before;
        before = written;
        return isStill;
      })
      .toBe(true);
    expect(written).toBeLessThan(many);
    let length = 0;
    socket.on('data', (chunk: Buffer) => (length += chunk.length)).resume();
    await once(socket, 'close');
    expect(written).toBe(many);
    expect(length).toBeGreaterThan(many * 4000);
  });

  it.each<[string, (res: ServerResponse) => unknown]>([
    ['written', (res) => writeNodeResponse(res, twoFrames())],
    [
      'piped',
      (res) => {
        res.writeHead(200);
        toReadable(twoFrames().body).pipe(res);
      },
    ],
  ])('costs one write for each event, and none for its head, when it is %s', async (_how, answer) => {
    const writes: unknown[] = [];
    const port = await listen((res) => {
      const socket = res.socket as Socket;
      const write = socket.write.bind(socket);
      socket.write = ((...parameters: Parameters<typeof write>) => {
        writes.push(parameters[0]);
        return write(...parameters);
      }) as typeof socket.write;
      return answer(res);
    });
    const socket = connect(port, '127.0.0.1');
    socket.write(last);
    const [first] = (await once(socket, 'data')) as [Buffer];
    const [head, event] = writes;
    const chunk = `${Buffer.byteLength(frames[0]).toString(16)}\r\n${frames[0]}\r\n`;
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
    expect(event).toBe(chunk);
    expect(first.toString()).toContain(`${String(head)}${chunk}`);
    socket.destroy();
  });

  it('ends when the client leaves in the middle', async () => {
    let over: Promise<void> | undefined;
    const port = await listen((res) => {
      over = writeNodeResponse(
        res,
        toBody(async (sink) => {
          while (!res.destroyed) if (!sink.write(`data: ${'x'.repeat(40_000)}\n\n`)) await sink.ready();
        }),
      );
    });
    const socket = connect(port, '127.0.0.1');
    socket.write(last);
    await once(socket, 'data');
    socket.destroy();
    await over;
  });
});

describe('the same as a Readable', () => {
  it('comes at the pace of its reader, and whole', async () => {
    const readable = toReadable(twoFrames().body);
    expect(readable).toBeInstanceOf(Readable);
    let text = '';
    for await (const chunk of readable) text += String(chunk);
    expect(text).toBe(frames.join(''));
  });

  it('fails if it cannot be completed', async () => {
    const readable = toReadable(
      toBody(async (sink) => {
        sink.write('data: half');
        sink.destroy();
      }).body,
    );
    await expect(readable.toArray()).rejects.toThrow('could not be completed');
  });

  it('lets the exchange end when nobody reads any more', async () => {
    let isOver = false;
    const readable = toReadable(
      toBody(async (sink) => {
        while (sink.write('x'.repeat(10_000)));
        await sink.ready();
        isOver = true;
      }).body,
    );
    readable.read();
    await once(readable, 'readable');
    readable.destroy();
    await expect.poll(() => isOver).toBe(true);
  });
});
