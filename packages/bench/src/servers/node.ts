import { createServer } from 'node:http';
import { listen } from '../listen.ts';
import { importFrom } from './import-from.ts';
import type { Serve } from './serve.ts';

/** llama-messages with nothing but `node:http`. */
export async function serveNode(checkout: string): Promise<Serve> {
  const { createMessagesHandler } = await importFrom<typeof import('@llama-messages/core')>(
    checkout,
    'core',
    '@llama-messages/core',
  );
  const { toNodeListener } = await importFrom<typeof import('@llama-messages/core/node')>(
    checkout,
    'core',
    '@llama-messages/core/node',
  );
  return async (upstream) => {
    const listener = toNodeListener(createMessagesHandler({ upstream }));
    return (await listen(createServer(listener))).url;
  };
}
