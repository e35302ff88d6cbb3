import { importFrom } from './import-from.ts';
import type { Serve } from './serve.ts';

/** llama-messages in a Nest app of its own, without a logger. */
export async function serveNestjs(checkout: string, platform: NestPlatform): Promise<Serve> {
  const load = <Module>(specifier: string) => importFrom<Module>(checkout, 'nestjs', specifier);
  await load('reflect-metadata');
  const { NestFactory } = await load<typeof import('@nestjs/core')>('@nestjs/core');
  const { LlamaMessagesModule } =
    await load<typeof import('@llama-messages/nestjs')>('@llama-messages/nestjs');
  const adapter = await createNestAdapter(checkout, platform);
  return async (upstream) => {
    const app = await NestFactory.create(LlamaMessagesModule.forRoot({ upstream }), adapter, {
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  };
}

export type NestPlatform = 'express' | 'fastify';

export async function createNestAdapter(checkout: string, platform: NestPlatform) {
  const load = <Module>(specifier: string) => importFrom<Module>(checkout, 'nestjs', specifier);
  return platform === 'express'
    ? new (await load<typeof import('@nestjs/platform-express')>('@nestjs/platform-express')).ExpressAdapter()
    : new (
        await load<typeof import('@nestjs/platform-fastify')>('@nestjs/platform-fastify')
      ).FastifyAdapter();
}
