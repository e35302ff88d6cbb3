import 'reflect-metadata';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { LlamaMessagesModule } from '@llama-messages/nestjs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ServeOptions, Served } from './serve.ts';

export async function serve({ host, port, middleware, ...options }: ServeOptions): Promise<Served> {
  @Module({ imports: [LlamaMessagesModule.forRoot(options)] })
  class AppModule {}

  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  for (const each of middleware) app.use(each);
  const server: Server = app.getHttpServer();
  // A long prompt may take minutes to read, and a client that thinks for a while should find its connection again.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 65_000;
  // `await app.listen(port, host)` does too, but reports a busy port twice.
  await app.init();
  await once(server.listen(port, host), 'listening');
  return { server, close: () => app.close() };
}
