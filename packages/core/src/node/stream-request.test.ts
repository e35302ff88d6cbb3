import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Server } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { untilStill } from '../test-until-still.ts';
import type { HttpCall } from '../upstream/http-client.ts';
import { requestStream } from './stream-request.ts';

async function listen<Listening extends Server>(server: Listening, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function call(url: string, more: Partial<HttpCall> = {}): HttpCall {
  return {
    method: 'POST',
    url,
    headers: {},
    body: [new TextEncoder().encode('{"text":'), new TextEncoder().encode('"ä"}')],
    signal: new AbortController().signal,
    streamed: true,
    ...more,
  };
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const reads: Uint8Array[] = [];
  for await (const read of body) reads.push(read);
  return Buffer.concat(reads).toString();
}

/** Answers with what it was asked. */
const echo: RequestListener = (request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body }));
  });
};

interface Echoed {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

test('sends method, path, headers and body as they are, and the name and password of the URL', async () => {
  const port = await listen(createServer(echo));
  const answer = await requestStream(
    call(`http://me:p%C3%A4ss@127.0.0.1:${port}/v1/chat?x=1%202`, {
      headers: { Accept: 'a/b', traceparent: '00' },
    }),
  );
  const echoed = JSON.parse(await readText(answer.body)) as Echoed;
  expect(echoed).toMatchObject({
    method: 'POST',
    url: '/v1/chat?x=1%202',
    body: '{"text":"ä"}',
    headers: {
      host: `127.0.0.1:${port}`,
      accept: 'a/b',
      traceparent: '00',
      connection: 'close',
      'content-length': '13',
      authorization: `Basic ${Buffer.from('me:päss').toString('base64')}`,
    },
  });
});

test('an IPv6 address', async ({ skip }) => {
  const server = createServer(echo);
  server.on('error', () => {});
  const port = await Promise.race([
    listen(server, '::1'),
    new Promise<undefined>((resolve) => server.once('error', () => resolve(undefined))),
  ]);
  if (port === undefined) return skip('there is no IPv6 here');
  const answer = await requestStream(call(`http://[::1]:${port}/`));
  expect((JSON.parse(await readText(answer.body)) as Echoed).headers.host).toBe(`[::1]:${port}`);
});

test.each(['a\r\nx-more: 1', 'a\n', 'a\0'])('a header cannot bring others with it: %j', async (value) => {
  const refused = requestStream(call('http://127.0.0.1:1/', { headers: { 'x-name': value } }));
  await expect(refused).rejects.toThrow('Invalid character in header content');
});

test('over TLS, with the certificate looked at', async () => {
  const port = await listen(https.createServer({ key, cert }, echo));
  await expect(requestStream(call(`https://localhost:${port}/`))).rejects.toMatchObject({
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => void vi.unstubAllEnvs());
  const answer = await requestStream(call(`https://localhost:${port}/`));
  expect((JSON.parse(await readText(answer.body)) as Echoed).body).toBe('{"text":"ä"}');
});

test('a connection that is closed before the answer, or in its middle, is an error', async () => {
  const port = await listen(net.createServer((socket) => socket.once('data', () => socket.destroy())));
  await expect(requestStream(call(`http://127.0.0.1:${port}/`))).rejects.toThrow('The connection was closed');

  const cutting = net.createServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n')),
  );
  const answer = await requestStream(call(`http://127.0.0.1:${await listen(cutting)}/`));
  await expect(readText(answer.body)).rejects.toThrow('The connection was closed');
});

test('an abort closes the connection, before and after the answer has begun', async () => {
  const sockets: net.Socket[] = [];
  const silent = net.createServer((socket) => void sockets.push(socket.on('error', () => {})));
  const port = await listen(silent);
  const early = new AbortController();
  const refused = requestStream(call(`http://127.0.0.1:${port}/`, { signal: early.signal }));
  await vi.waitUntil(() => sockets.length === 1);
  early.abort(new Error('gone'));
  await expect(refused).rejects.toThrow('gone');

  const late = new AbortController();
  silent.on('connection', (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nab'));
  const answer = await requestStream(call(`http://127.0.0.1:${port}/`, { signal: late.signal }));
  const closed = new Promise((resolve) => sockets[1]?.once('close', resolve));
  const reading = readText(answer.body);
  late.abort(new Error('gone'));
  await expect(reading).rejects.toThrow('gone');
  sockets[1]?.resume();
  await closed;
});

test('an answer that nobody takes yet waits at the server, and is whole when it is taken', async () => {
  const total = 64 * 1024 * 1024;
  let written = 0;
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${total}\r\n\r\n`);
    const piece = 'x'.repeat(64 * 1024);
    const write = (): void => {
      do written += piece.length;
      while (socket.write(piece) && written < total);
    };
    socket.on('drain', () => {
      if (written < total) write();
    });
    write();
  });
  const answer = await requestStream(call(`http://127.0.0.1:${await listen(server)}/`));
  await untilStill(() => written);
  // What the buffers of two sockets take.
  expect(written).toBeLessThan(total / 2);
  let taken = 0;
  for await (const read of answer.body) taken += read.length;
  expect(taken).toBe(total);
});

test('is read no faster than it is taken', async () => {
  let written = 0;
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const piece = 'x'.repeat(64 * 1024);
    const write = (): void => {
      do written += piece.length;
      while (socket.write(piece));
    };
    socket.on('drain', write);
    write();
  });
  const answer = await requestStream(call(`http://127.0.0.1:${await listen(server)}/`));
  let taken = 0;
  let release = (): void => {};
  const done = answer.pipeText?.({
    write(text) {
      taken += text.length;
      return false;
    },
    ready: () =>
      new Promise((resolve) => {
        release = resolve;
      }),
    isDone: () => taken > 8 * 1024 * 1024,
  });
  // As long as nobody goes on, the server gets rid of what the buffers of two sockets take, and of no more.
  await untilStill(() => written);
  expect(taken).toBeLessThan(1024 * 1024);
  const going = setInterval(() => release(), 1);
  onTestFinished(() => clearInterval(going));
  await done;
  expect(taken).toBeGreaterThan(8 * 1024 * 1024);
});

// A key that nobody trusts, for localhost, until 2126.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1rV30keSAOnEzoXj
ag49c/NefEq7jnTkYbAjvebtpeChRANCAARu7bIJwEvhgLqX8IdlembECyq75t9+
W+sBusq3DdTGbgGD5vbRl4zP64mUG3nYz9hhuvU6QM2nXH1KF60nXIGI
-----END PRIVATE KEY-----
`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUVXclA4CNhkz27im3BsJyuDeLB2owCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIyMjgyOVoYDzIxMjYxMDI5
MjIyODI5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARu7bIJwEvhgLqX8IdlembECyq75t9+W+sBusq3DdTGbgGD5vbRl4zP
64mUG3nYz9hhuvU6QM2nXH1KF60nXIGIo2kwZzAdBgNVHQ4EFgQUXcBapx2E+Hk+
VeRN9fcd2bX3GBwwHwYDVR0jBBgwFoAUXcBapx2E+Hk+VeRN9fcd2bX3GBwwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAM+TFf2pgSGx6la9kWfje7EiCxIb//DVtFz3La5gX39UAiEA5oM/Spog
u/6HRzxaXEIp2mpS20iRUPFLWgGzTpdaSkE=
-----END CERTIFICATE-----
`;
