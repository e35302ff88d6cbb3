import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createMessagesHandler } from '@llama-messages/core';
import { toFetchHandler } from '@llama-messages/core/fetch';
import { describeAdapter } from './describe-adapter.ts';
import { listen } from './listen.ts';

describeAdapter('fetch', (options) => {
  const handler = createMessagesHandler(options);
  return listen(createServer(getRequestListener(toFetchHandler(handler))), () => handler.close());
});
