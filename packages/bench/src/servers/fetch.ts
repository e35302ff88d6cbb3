import { importFrom } from './import-from.ts';
import type { Serve } from './serve.ts';

/** llama-messages as a function of `Request`, in a Hono app on Hono's server for Node. */
export async function serveFetch(checkout: string): Promise<Serve> {
  const { createMessagesHandler } = await importFrom<typeof import('@llama-messages/core')>(
    checkout,
    'core',
    '@llama-messages/core',
  );
  const { toFetchHandler } = await importFrom<typeof import('@llama-messages/core/fetch')>(
    checkout,
    'core',
    '@llama-messages/core/fetch',
  );
  const serve = await createHono(checkout);
  return (upstream) => serve(toFetchHandler(createMessagesHandler({ upstream })));
}

/** Returns what serves a function of `Request` in a Hono app; that resolves with its URL. */
export async function createHono(
  checkout: string,
): Promise<(handle: (request: Request) => Promise<Response>) => Promise<string>> {
  const { Hono } = await importFrom<typeof import('hono')>(checkout, 'testkit', 'hono');
  const { serve } = await importFrom<typeof import('@hono/node-server')>(
    checkout,
    'testkit',
    '@hono/node-server',
  );
  return (handle) => {
    const app = new Hono().all('*', (context) => handle(context.req.raw));
    return new Promise((resolve) => {
      serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
        resolve(`http://127.0.0.1:${port}`),
      );
    });
  };
}
