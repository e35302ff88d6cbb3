import cors from '@fastify/cors';
import { createClient, createScriptedLlamaServer, requestOf, streamOf } from '@llama-messages/testkit';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { llamaMessages } from './index.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(build: (app: FastifyInstance, upstream: string) => Promise<void>, lines: string[] = []) {
  const upstream = await createScriptedLlamaServer();
  const app = Fastify({
    forceCloseConnections: true,
    logger: { level: 'info', stream: { write: (line) => void lines.push(line) } },
  });
  await build(app, upstream.url);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  closing.push(
    () => upstream.close(),
    () => app.close(),
  );
  return { client: createClient(url), app, upstream };
}

it("keeps the host's routes, limits, parsers and error handler as they are", async () => {
  const { client } = await start(async (app, upstream) => {
    app.get('/', async () => 'home');
    app.post('/echo', async (request) => request.body);
    app.setErrorHandler((_error, _request, reply) => reply.code(418).send('mine'));
    await app.register(llamaMessages, { upstream });
  });
  expect(await (await client.request('GET', '/')).text()).toBe('home');
  expect((await client.request('HEAD', '/')).status).toBe(200);
  expect(await (await client.request('POST', '/echo', { body: { a: 1 } })).json()).toEqual({ a: 1 });
  expect((await client.request('POST', '/echo', { body: '{' })).status).toBe(418);
  expect((await client.request('POST', '/echo', { body: { a: 'x'.repeat(2 * 1024 * 1024) } })).status).toBe(
    418,
  );
  expect((await client.messages('{')).status).toBe(400);
});

it("answers what the host's hooks throw in the shape of the API", async () => {
  const { client } = await start(async (app, upstream) => {
    app.addHook('onRequest', async (request) => {
      if (request.headers['x-team'] !== 'blue')
        throw Object.assign(new Error('Wrong team'), { statusCode: 403 });
    });
    await app.register(llamaMessages, { upstream });
  });
  const refused = await client.messages(requestOf('Hello'));
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    type: 'error',
    error: { type: 'permission_error', message: 'Wrong team' },
  });
  expect((await client.messages(requestOf('Hello'), { 'x-team': 'blue' })).status).toBe(200);
});

it('keeps CORS headers on JSON, streams and errors, and answers the preflight', async () => {
  const { client } = await start(async (app, upstream) => {
    await app.register(cors, { origin: 'https://example.com' });
    await app.register(llamaMessages, { upstream });
  });
  const origin = { origin: 'https://example.com' };
  for (const body of [requestOf('Hello'), streamOf('Hello'), '{']) {
    const response = await client.messages(body, origin);
    await response.text();
    expect(response.headers['access-control-allow-origin']).toBe('https://example.com');
  }
  const preflight = await client.request('OPTIONS', '/v1/messages', {
    headers: {
      ...origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-api-key',
    },
  });
  expect(preflight.status).toBe(204);
});

it('works with inject(), streamed too', async () => {
  const { app } = await start(async (fastify, upstream) => {
    await fastify.register(llamaMessages, { upstream, prefix: '/llm' });
  });
  const response = await app.inject({ method: 'POST', url: '/llm/v1/messages', payload: streamOf('Hello') });
  expect(response.statusCode).toBe(200);
  expect(response.body).toContain('event: message_stop');
});

it("logs to the host's logger when the model server fails, without addresses towards the client", async () => {
  const lines: string[] = [];
  const { client, upstream } = await start(async (app, url) => {
    await app.register(llamaMessages, { upstream: url });
  }, lines);
  await upstream.close();
  const response = await client.messages(requestOf('Hello'));
  const text = await response.text();
  expect(response.status).toBe(529);
  expect(text).not.toContain('127.0.0.1');
  expect(lines.join('')).toContain('cannot be reached');
});

it('rejects at registration when an option is wrong', async () => {
  const app = Fastify();
  await expect(app.register(llamaMessages, { upstream: 'localhost:8080' })).rejects.toThrow(/http\(s\) URL/);
  await app.close();
});
