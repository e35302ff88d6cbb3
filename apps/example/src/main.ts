// Puts the Messages API of your choice of framework in front of your choice of model server.
import { Failure } from './failure.ts';
import { describe, toUrl } from './hints.ts';
import { isLoopback } from './loopback.ts';
import { createMetrics } from './metrics.ts';
import { parseOptions, usage, type AppOptions, type Framework } from './options.ts';
import type { ServeOptions, Served } from './serve.ts';
import { onStopSignal, shutDown } from './shutdown.ts';
import { createWebInterface, type WebInterface } from './ui/web-interface.ts';
import { chooseUpstream, type ChosenUpstream } from './upstream.ts';

/** Only the framework that is asked for is loaded. */
const load: Record<Framework, () => Promise<{ serve(options: ServeOptions): Promise<Served> }>> = {
  express: () => import('./express.ts'),
  fastify: () => import('./fastify.ts'),
  nestjs: () => import('./nestjs.ts'),
};

async function start(options: AppOptions): Promise<void> {
  const stopping = new AbortController();
  let chosen: ChosenUpstream | undefined;
  let served: Served | undefined;
  let web: WebInterface | undefined;
  const stop = async (): Promise<void> => {
    web?.close();
    await shutDown(served, async () => chosen?.close());
    process.exit(0);
  };
  onStopSignal(() => {
    stopping.abort();
    void stop();
  });

  try {
    chosen = await chooseUpstream(options, stopping.signal);
    web = options.ui ? createWebInterface({ ...options, ...chosen }) : undefined;
    const metrics = createMetrics(options);
    const { serve } = await load[options.framework]();
    served = await serve({
      host: options.host,
      port: options.port,
      upstream: chosen.upstream,
      upstreamApiKey: chosen.upstreamApiKey,
      auth: options.apiKeys.length > 0 ? options.apiKeys : undefined,
      observers: [metrics.observe, ...(web?.observers ?? [])],
      middleware: web ? [metrics.middleware, web.middleware] : [metrics.middleware],
      logger: console,
    });
  } catch (error) {
    // Ctrl-C while a model loads is no failure.
    if (stopping.signal.aborted) return;
    await chosen?.close();
    throw toFailure(error, options);
  }
  if (stopping.signal.aborted) return;

  if (!isLoopback(options.host) && options.apiKeys.length === 0) {
    console.error(
      `Warning: everybody who reaches ${options.host} can use this server. Protect it with --api-key KEY.`,
    );
  }
  console.log(await describe(toUrl(served, options.host), options, chosen));
}

function toFailure(error: unknown, { host, port }: AppOptions): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new Failure(`Port ${port} is in use on ${host}. Another one: npm start -- --port ${port + 1}`);
    case 'EACCES':
      return new Failure(`Port ${port} needs more rights. Another one: npm start -- --port 8787`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Failure(`--host ${host} is no address of this machine.`);
    default:
      return error;
  }
}

/** Only the command that is asked for is loaded. */
async function run([command, ...rest]: readonly string[]): Promise<void> {
  if (command === 'env') {
    const { env } = await import('./env/env.ts');
    console.log(await env(rest));
    return;
  }
  if (command === 'doctor') {
    const { doctor } = await import('./doctor/doctor.ts');
    const isColored = process.stdout.isTTY && process.stdout.hasColors();
    process.exitCode = await doctor(rest, { write: (text) => console.log(text), isColored });
    return;
  }
  const options = parseOptions(command === undefined ? [] : [command, ...rest]);
  if (options === 'help') console.log(usage);
  else await start(options);
}

// `npm start -- doctor | head`: that nobody reads any more is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(1);
}
