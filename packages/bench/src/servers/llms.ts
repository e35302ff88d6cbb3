import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { listen } from '../listen.ts';
import type { Serve } from './serve.ts';

/** The class that `@musistudio/llms` exports, which comes without types. */
type LlmsServer = new (options: {
  readonly logger: false;
  readonly initialConfig: Readonly<Record<string, unknown>>;
}) => { start(): Promise<void>; readonly llmService?: unknown };

/** The name of the provider that requests must put in front of the model's, with a comma. */
export const llmsProvider = 'bench';

/**
 * The engine of claude-code-router (its CommonJS build) with the upstream as a provider, as its users set it up, but for
 * the log, which is off.
 */
export const serveLlms: Serve = async (upstream) => {
  const { default: Server } = createRequire(import.meta.url)('@musistudio/llms') as { default: LlmsServer };
  const port = await freePort();
  const server = new Server({
    logger: false,
    initialConfig: {
      HOST: '127.0.0.1',
      PORT: String(port),
      providers: [
        {
          name: llmsProvider,
          api_base_url: `${upstream}/v1/chat/completions`,
          api_key: 'none',
          models: ['demo'],
        },
      ],
    },
  });
  // The constructor does not wait for its own providers.
  while (server.llmService === undefined) await new Promise((resolve) => setImmediate(resolve));
  await server.start();
  return `http://127.0.0.1:${port}`;
};

async function freePort(): Promise<number> {
  const server = await listen(createServer());
  server.close();
  return Number(new URL(server.url).port);
}
