import { createServer } from 'node:http';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { listen } from '../listen.ts';
import { describeEndToEnd } from './describe-end-to-end.ts';

describeEndToEnd('node:http', (options) => {
  const handler = createMessagesHandler(options);
  return listen(createServer(toNodeListener(handler)), () => handler.close());
});
