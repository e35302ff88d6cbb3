import compress from '@fastify/compress';
import cors from '@fastify/cors';
import { describeAdapter } from '@llama-messages/testkit';
import Fastify from 'fastify';
import { llamaMessages, type MessagesOptions } from './index.ts';

async function serve(options: MessagesOptions, prefix = '', plugins: 'none' | 'cors and compress' = 'none') {
  const app = Fastify({ forceCloseConnections: true });
  if (plugins !== 'none') {
    await app.register(cors);
    await app.register(compress);
  }
  await app.register(llamaMessages, { prefix, ...options });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url: url + prefix, close: () => app.close() };
}

describeAdapter('fastify', (options) => serve(options));
describeAdapter('fastify, below a prefix', (options) => serve(options, '/llm'));
describeAdapter('fastify, with CORS and compression', (options) => serve(options, '', 'cors and compress'));
