import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describeAdapter } from '@llama-messages/testkit';
import { LlamaMessagesModule } from './llama-messages.module.ts';

for (const [name, Adapter] of [
  ['nest on express', ExpressAdapter],
  ['nest on fastify', FastifyAdapter],
] as const) {
  describeAdapter(name, async (options) => {
    const app = await NestFactory.create(LlamaMessagesModule.forRoot(options), new Adapter(), {
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl(), close: () => app.close() };
  });
}
