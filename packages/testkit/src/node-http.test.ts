import { createServer } from 'node:http';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { describeAdapter } from './describe-adapter.ts';
import { listen } from './listen.ts';

describeAdapter('node:http', (options) => {
  const handler = createMessagesHandler(options);
  return listen(createServer(toNodeListener(handler)), () => handler.close());
});
