import { createServer } from 'node:http';
import type Express from 'express';
import { listen } from '../listen.ts';
import { importFrom } from './import-from.ts';
import type { Serve } from './serve.ts';

/** llama-messages in an Express app of its own. */
export async function serveExpress(checkout: string): Promise<Serve> {
  const { default: express } = await importFrom<{ default: typeof Express }>(checkout, 'express', 'express');
  const { llamaMessages } = await importFrom<typeof import('@llama-messages/express')>(
    checkout,
    'express',
    '@llama-messages/express',
  );
  return async (upstream) => {
    const app = express();
    app.use(llamaMessages({ upstream }));
    return (await listen(createServer(app))).url;
  };
}
