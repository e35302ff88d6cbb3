import { importFrom } from './import-from.ts';
import type { Serve } from './serve.ts';

/** llama-messages in a Fastify app of its own, without a logger. */
export async function serveFastify(checkout: string): Promise<Serve> {
  const { fastify } = await importFrom<typeof import('fastify')>(checkout, 'fastify', 'fastify');
  const { llamaMessages } = await importFrom<typeof import('@llama-messages/fastify')>(
    checkout,
    'fastify',
    '@llama-messages/fastify',
  );
  return async (upstream) => {
    const app = fastify();
    await app.register(llamaMessages, { upstream });
    return app.listen({ host: '127.0.0.1', port: 0 });
  };
}
