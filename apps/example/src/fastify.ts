import { llamaMessages } from '@llama-messages/fastify';
import Fastify from 'fastify';
import type { ServeOptions, Served } from './serve.ts';

export async function serve({ host, port, middleware, ...options }: ServeOptions): Promise<Served> {
  // A long prompt may take minutes to read, and a client that thinks for a while should find its connection again.
  const app = Fastify({ requestTimeout: 0, keepAliveTimeout: 65_000 });
  for (const each of middleware) {
    app.addHook('onRequest', (request, reply, next) => each(request.raw, reply.raw, next));
  }
  await app.register(llamaMessages, options);

  await app.listen({ port, host });
  return { server: app.server, close: () => app.close() };
}
