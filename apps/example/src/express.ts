import { once } from 'node:events';
import { createServer } from 'node:http';
import { llamaMessages } from '@llama-messages/express';
import express from 'express';
import type { ServeOptions, Served } from './serve.ts';

export async function serve({ host, port, middleware, ...options }: ServeOptions): Promise<Served> {
  const messages = llamaMessages(options);
  const app = express();
  for (const each of middleware) app.use(each);
  app.use(messages);

  // A long prompt may take minutes to read, and a client that thinks for a while should find its connection again.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 65_000 }, app);
  await once(server.listen(port, host), 'listening');
  return {
    server,
    async close() {
      await once(server.close(), 'close');
      await messages.close();
    },
  };
}
