import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createMessagesHandler } from '@llama-messages/core';
import { toFetchHandler } from '@llama-messages/core/fetch';
import { Hono } from 'hono';
import { describeAdapter } from './describe-adapter.ts';
import { listen } from './listen.ts';

describeAdapter('hono, below a path', async (options) => {
  const handler = createMessagesHandler(options);
  const answer = toFetchHandler(handler, { basePath: '/llm' });
  const app = new Hono().all('/llm/*', (c) => answer(c.req.raw));
  const server = await listen(createServer(getRequestListener(app.fetch)), () => handler.close());
  return { ...server, url: `${server.url}/llm` };
});
