import { createServer } from 'node:http';
import {
  createClient,
  createScriptedLlamaServer,
  listen,
  requestOf,
  streamOf,
} from '@llama-messages/testkit';
import express from 'express';
import { afterEach, expect, it } from 'vitest';
import { llamaMessages, type MessagesOptions } from './index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(build: (app: express.Express, options: MessagesOptions) => void) {
  const upstream = await createScriptedLlamaServer();
  const app = express();
  build(app, { upstream: upstream.url });
  const server = await listen(createServer(app));
  closing.push(
    () => upstream.close(),
    () => server.close(),
  );
  return createClient(server.url);
}

it('passes everything that is not the API on to the routes behind it', async () => {
  const client = await start((app, options) => {
    app.use(llamaMessages(options));
    app.get('/', (_req, res) => void res.send('home'));
    app.get('/v1/other', (_req, res) => void res.send('other'));
    app.post('/v1/messages/unknown', (_req, res) => void res.status(201).send('mine'));
  });
  expect(await (await client.request('GET', '/')).text()).toBe('home');
  expect(await (await client.request('GET', '/v1/other')).text()).toBe('other');
  expect((await client.request('POST', '/v1/messages/unknown', { body: {} })).status).toBe(201);
  expect((await client.request('GET', '/nothing')).status).toBe(404);
});

it("runs behind the host's middleware, and keeps the headers that it sets, on streams too", async () => {
  const client = await start((app, options) => {
    app.use((_req, res, next) => {
      res.setHeader('access-control-allow-origin', 'https://example.com');
      next();
    });
    app.use('/private', (_req, res) => void res.status(403).send('no'));
    app.use('/private', llamaMessages(options));
    app.use(llamaMessages(options));
  });
  for (const body of [requestOf('Hello'), streamOf('Hello')]) {
    const response = await client.messages(body);
    expect(response.status, await response.text()).toBe(200);
    expect(response.headers['access-control-allow-origin']).toBe('https://example.com');
  }
  expect((await client.request('POST', '/private/v1/messages', { body: requestOf('Hello') })).status).toBe(
    403,
  );
});

it('serves two upstreams at two paths', async () => {
  const other = await createScriptedLlamaServer({ models: ['other-model'] });
  closing.push(() => other.close());
  const client = await start((app, options) => {
    app.use('/one', llamaMessages(options));
    app.use('/two', llamaMessages({ upstream: other.url }));
  });
  expect(await (await client.request('GET', '/one/v1/models')).text()).toContain('demo-model');
  expect(await (await client.request('GET', '/two/v1/models')).text()).toContain('other-model');
});

it('leaves errors of other routes to the error handler of the host', async () => {
  const client = await start((app, options) => {
    const api = llamaMessages(options);
    app.use(express.json(), api, api.errorHandler);
    const own: express.ErrorRequestHandler = (_error, _req, res, _next) => void res.status(418).send('mine');
    app.use(own);
  });
  expect((await client.request('POST', '/elsewhere', { body: '{' })).status).toBe(418);
  expect((await client.messages('{')).status).toBe(400);
});

it('says at start-up what is wrong with an option', () => {
  expect(() => llamaMessages({ upstream: 'localhost:8080' })).toThrow(/http\(s\) URL: localhost:8080/);
  expect(() => llamaMessages({ upstream: 'http://localhost:8080', auth: [''] })).toThrow(/options\.auth/);
});
