import 'reflect-metadata';
import { map } from 'rxjs';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describeAdapter } from '@llama-messages/testkit';
import { LlamaMessagesModule } from './llama-messages.module.ts';

for (const [platform, Adapter] of [
  ['express', ExpressAdapter],
  ['fastify', FastifyAdapter],
] as const) {
  describeAdapter(`nest on ${platform}`, async (options) => {
    const app = await NestFactory.create(LlamaMessagesModule.forRoot(options), new Adapter(), {
      abortOnError: false,
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl(), close: () => app.close() };
  });

  describeAdapter(
    `nest on ${platform}, with CORS, a prefix, a guard and a response interceptor`,
    async (options) => {
      const app = await NestFactory.create(LlamaMessagesModule.forRoot(options), new Adapter(), {
        abortOnError: false,
        logger: false,
      });
      app.enableCors();
      app.setGlobalPrefix('api');
      app.useGlobalGuards({ canActivate: () => true });
      app.useGlobalInterceptors({
        intercept: (_context, next) => next.handle().pipe(map((data: unknown) => ({ data }))),
      });
      await app.listen(0, '127.0.0.1');
      return { url: `${await app.getUrl()}/api`, close: () => app.close() };
    },
  );
}
