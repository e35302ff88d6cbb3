/**
 * The pipe as a handler in an app of each framework, with nothing else in it: what the framework costs by itself.
 *
 * @packageDocumentation
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type Express from 'express';
import { listen } from '../listen.ts';
import { createHono } from './fetch.ts';
import { importFrom } from './import-from.ts';
import { createNestAdapter, type NestPlatform } from './nestjs.ts';
import { createPipe } from './pipe.ts';
import type { Serve } from './serve.ts';

export async function servePipeInExpress(checkout: string): Promise<Serve> {
  const { default: express } = await importFrom<{ default: typeof Express }>(checkout, 'express', 'express');
  return async (upstream) => (await listen(createServer(express().use(createPipe(upstream))))).url;
}

export async function servePipeInFastify(checkout: string): Promise<Serve> {
  const { fastify } = await importFrom<typeof import('fastify')>(checkout, 'fastify', 'fastify');
  return (upstream) => {
    const pipe = createPipe(upstream);
    const app = fastify();
    leaveBodiesUnread(app);
    app.all('/*', (request, reply) => {
      reply.hijack();
      pipe(request.raw, reply.raw);
    });
    return app.listen({ host: '127.0.0.1', port: 0 });
  };
}

export async function servePipeInNestjs(checkout: string, platform: NestPlatform): Promise<Serve> {
  const load = <Module>(specifier: string) => importFrom<Module>(checkout, 'nestjs', specifier);
  await load('reflect-metadata');
  const { All, Controller, Module, Req, Res } = await load<typeof import('@nestjs/common')>('@nestjs/common');
  const { NestFactory } = await load<typeof import('@nestjs/core')>('@nestjs/core');
  const adapter = await createNestAdapter(checkout, platform);
  return async (upstream) => {
    const pipe = createPipe(upstream);

    @Controller('v1')
    class PipeController {
      @All('messages')
      forward(@Req() request: RequestOfNest, @Res() response: ResponseOfNest): void {
        pipe('raw' in request ? request.raw : request, 'raw' in response ? response.raw : response);
      }
    }

    @Module({ controllers: [PipeController] })
    class PipeModule {}

    const app = await NestFactory.create(PipeModule, adapter, { logger: false, bodyParser: false });
    if (platform === 'fastify') leaveBodiesUnread(app.getHttpAdapter().getInstance() as BodyParsers);
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  };
}

type RequestOfNest = IncomingMessage | { readonly raw: IncomingMessage };

type ResponseOfNest = ServerResponse | { readonly raw: ServerResponse };

/** A Fastify app, as far as this needs it: each checkout has a Fastify of its own. */
interface BodyParsers {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    type: string,
    parse: (request: unknown, body: unknown, done: (error: null) => void) => void,
  ): unknown;
}

function leaveBodiesUnread(app: BodyParsers): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
}

/** As one writes a proxy with `Request` and `Response`: with `fetch`. Hono gives up the body when the client goes, and so the upstream's answer. */
export async function servePipeInFetch(checkout: string): Promise<Serve> {
  const serve = await createHono(checkout);
  return (upstream) =>
    serve(async ({ url, method, headers, body }) => {
      const { pathname, search } = new URL(url);
      const passed = new Headers(headers);
      for (const name of ['connection', 'host', 'transfer-encoding']) passed.delete(name);
      return fetch(upstream + pathname + search, { method, headers: passed, body, duplex: 'half' });
    });
}
