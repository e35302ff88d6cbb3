import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describeEndToEnd } from '@llama-messages/testkit';
import { LlamaMessagesModule } from './llama-messages.module.ts';

for (const [platform, Adapter] of [
  ['express', ExpressAdapter],
  ['fastify', FastifyAdapter],
] as const) {
  describeEndToEnd(`nest on ${platform}`, async (options) => {
    const app = await NestFactory.create(LlamaMessagesModule.forRoot(options), new Adapter(), {
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl(), close: () => app.close() };
  });
}
