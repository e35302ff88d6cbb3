import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, onTestFinished, test } from 'vitest';
import { frameworks } from './options.ts';
import { openEndedServer } from './testing/open-ended-server.ts';
import { demoModel, readyUrl, runApp } from './testing/run-app.ts';

const demo = ['--port', '0', '--model', demoModel];

function client(url: string, apiKey = 'none'): Anthropic {
  return new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
}

function hello(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'any',
      max_tokens: 64,
      stream: true,
      messages: [{ role: 'user', content: 'Hello!' }],
    }),
    ...init,
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('a reader that has had enough is no failure', async () => {
  const app = runApp(['--help']);
  app.child.stdout?.destroy();
  expect(await app.exit).toBe(0);
  expect(app.output()).toBe('');
});

describe('what cannot start says so in one line, with exit code 1', () => {
  test('a wrong option', async () => {
    const app = runApp(['--framework', 'koa']);
    expect(await app.exit).toBe(1);
    expect(app.output()).toBe('--framework must be one of express, fastify, nestjs, not koa.\n');
  });

  test('a missing model file', async () => {
    const app = runApp(['--model', '/no/such/model.gguf']);
    expect(await app.exit).toBe(1);
    expect(app.output()).toMatch(/^There is no model file .*model\.gguf\.\n$/);
  });

  test.each(frameworks)('a busy port (%s)', async (framework) => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    const app = runApp([
      '--framework',
      framework,
      '--port',
      String(port),
      '--upstream',
      'http://127.0.0.1:9',
    ]);
    expect(await app.exit).toBe(1);
    expect(app.output()).toBe(
      `Port ${port} is in use on 127.0.0.1. Another one: npm start -- --port ${port + 1}\n`,
    );
  });
});

test('--help shows the options and exits with 0', async () => {
  const app = runApp(['--help']);
  expect(await app.exit).toBe(0);
  expect(app.output()).toContain('--upstream URL');
});

describe.each(frameworks)('%s', (framework) => {
  test('streams an answer of a model in this process', async () => {
    const app = runApp([...demo, '--framework', framework]);
    const url = await readyUrl(app);
    expect(app.output()).toContain(`(${framework}, llama.cpp in process, demo-model-q8_0)`);

    const stream = client(url).messages.stream({
      model: 'any',
      max_tokens: 200,
      messages: [{ role: 'user', content: 'Count from 3 to 9' }],
    });
    const message = await stream.finalMessage();
    expect(message.stop_reason).toBe('end_turn');
    expect(message.content.at(-1)).toMatchObject({ type: 'text', text: expect.stringContaining('9') });
  });

  test('Ctrl-C lets an open stream finish and exits with 0', async () => {
    const upstream = await openEndedServer();
    const app = runApp(['--port', '0', '--framework', framework, '--upstream', upstream.url]);
    const response = await hello(await readyUrl(app));
    const text = response.text();

    app.child.kill('SIGINT');
    // npm hands the terminal's Ctrl-C on, so it comes twice.
    app.child.kill('SIGINT');
    await app.printed(/Finishing the open requests/);
    upstream.finish();
    expect(await text).toContain('event: message_stop');
    expect(await app.exit).toBe(0);
  });
});

test('a stream that does not end is cut after a few seconds, still with exit code 0', async () => {
  const upstream = await openEndedServer();
  const app = runApp(['--port', '0', '--upstream', upstream.url]);
  const response = await hello(await readyUrl(app));
  const text = response.text().catch(() => 'cut');
  app.child.kill('SIGINT');
  expect(await app.exit).toBe(0);
  expect(await text).not.toContain('message_stop');
});

test('a second Ctrl-C ends it at once', async () => {
  const upstream = await openEndedServer();
  const app = runApp(['--port', '0', '--upstream', upstream.url]);
  await hello(await readyUrl(app));
  app.child.kill('SIGINT');
  await app.printed(/Finishing the open requests/);
  const startedAt = Date.now();
  const again = setInterval(() => app.child.kill('SIGINT'), 100);
  expect(await app.exit).toBe(0);
  clearInterval(again);
  expect(Date.now() - startedAt).toBeLessThan(3_000);
});

test('an upstream that is down: says so, answers 529 with retry-after, and serves once it is up', async () => {
  const port = await freePort();
  const app = runApp(['--port', '0', '--upstream', `http://127.0.0.1:${port}`]);
  const url = await readyUrl(app);
  await app.printed(/does not answer yet: until it does, requests get status 529/);

  const refused = await hello(url);
  expect(refused.status).toBe(529);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);

  const upstream = await openEndedServer(port);
  const response = await hello(url);
  expect(response.status).toBe(200);
  upstream.finish();
  expect(await response.text()).toContain('done.');
});

test('with --api-key nobody gets in without one, and the key is not printed', async () => {
  const upstream = await openEndedServer();
  const app = runApp([
    '--port',
    '0',
    '--upstream',
    upstream.url,
    '--api-key',
    'first',
    '--api-key',
    'second-key',
  ]);
  const url = await readyUrl(app);
  expect((await hello(url)).status).toBe(401);
  expect((await client(url, 'second-key').models.list()).data[0]?.id).toBe('slow');
  await app.printed(/ANTHROPIC_AUTH_TOKEN=YOUR_KEY/);
  expect(app.output()).not.toContain('second-key');
});

test('listening for others without a key prints a warning; listening on loopback does not', async () => {
  const upstream = ['--port', '0', '--upstream', 'http://127.0.0.1:9'];
  const open = runApp([...upstream, '--host', '0.0.0.0']);
  await open.printed(/Warning: everybody who reaches 0\.0\.0\.0 can use this server/);
  const closed = runApp(upstream);
  await closed.printed(/Ctrl-C ends it/);
  expect(closed.output()).not.toContain('Warning');
});

test('what it prints for Claude Code names the real model and window', async () => {
  const app = runApp([...demo, '--context-size', '2048']);
  const url = await readyUrl(app);
  await app.printed(/Ctrl-C ends it/);
  expect(app.output()).toContain(`export ANTHROPIC_BASE_URL=${url}\n`);
  expect(app.output()).toContain('export ANTHROPIC_MODEL=demo-model-q8_0\n');
  expect(app.output()).toContain('export CLAUDE_CODE_MAX_CONTEXT_TOKENS=2048\n');
  expect(app.output()).toContain('export CLAUDE_CODE_ATTRIBUTION_HEADER=0\n');
});
