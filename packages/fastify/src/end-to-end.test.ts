import { describeEndToEnd } from '@llama-messages/testkit';
import Fastify from 'fastify';
import { llamaMessages } from './index.ts';

describeEndToEnd('fastify', async (options) => {
  const app = Fastify({ forceCloseConnections: true });
  await app.register(llamaMessages, options);
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
});
