import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type HttpException,
  type ArgumentsHost,
  type NestInterceptor,
  Post,
  RequestTimeoutException,
  UseGuards,
  HttpCode,
} from '@nestjs/common';

import type { MessageStreamEvent } from '@llama-messages/core';
import {
  afterAnswer,
  createGate,
  finishChunk,
  readEvents,
  requestOf,
  streamAnswer,
  streamOf,
  textChunk,
  within,
} from '@llama-messages/testkit';
import { map, type Observable, throwError, timeout } from 'rxjs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LlamaMessagesController, LlamaMessagesModule } from './index.ts';
import { describePlatforms } from './test-app.ts';

const toTypes = (events: readonly MessageStreamEvent[]) => events.map(({ type }) => type);

@Controller()
class HostController {
  @Get()
  home() {
    return 'the home page of the host';
  }

  @Post('echo')
  @HttpCode(200)
  echo() {
    return { ok: true };
  }
}

/** What the tests need of a Fastify instance. */
interface Hooks {
  addHook(
    name: string,
    hook: (
      request: { url: string },
      reply: { header(name: string, value: string): unknown },
    ) => Promise<void>,
  ): unknown;
}

/** Lets nobody use a large model. */
class SmallModelsOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<{ body?: { model?: string } }>().body?.model !== 'large';
  }
}

/** Changes what is sent, as a guard that masks personal data does: inside of the body, or by putting another in its place. */
class Masks implements CanActivate {
  readonly inPlace: boolean;

  constructor(inPlace: boolean) {
    this.inPlace = inPlace;
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ body: { messages: { content: string }[] } }>();
    const mask = (message: { content: string }) => ({
      ...message,
      content: message.content.replaceAll('Bob', 'N.N.'),
    });
    if (this.inPlace) for (const message of request.body.messages) Object.assign(message, mask(message));
    else request.body = { ...request.body, messages: request.body.messages.map(mask) };
    return true;
  }
}

class Wrap implements NestInterceptor {
  runs = 0;
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    this.runs += 1;
    return next.handle().pipe(map((data) => ({ data })));
  }
}

class TimeOut implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const toError = () => throwError(() => new RequestTimeoutException());
    return next.handle().pipe(timeout({ each: 100, with: toError }));
  }
}

@Catch()
class Recorder implements ExceptionFilter {
  readonly seen: string[] = [];
  catch(error: HttpException, host: ArgumentsHost) {
    this.seen.push(error.message);
    const response = host
      .switchToHttp()
      .getResponse<{ status(code: number): { send(body: string): void } }>();
    response.status(418).send('of the host');
  }
}

describePlatforms((host) => {
  const module = () =>
    LlamaMessagesModule.forRoot({ upstream: host.upstream.url, maxBodyBytes: 8 * 1024 * 1024 });

  test('a global guard sees the parsed body, and its refusal is the 403 of the host', async () => {
    const { client } = await host.start({ imports: [module()] }, (app) =>
      app.useGlobalGuards(new SmallModelsOnly()),
    );
    const refused = await client.messages(requestOf('Hello', { model: 'large' }));
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ statusCode: 403, message: 'Forbidden resource' });
    expect(host.upstream.chatCalls).toHaveLength(0);
    const allowed = await client.messages(requestOf('Hello'));
    expect(allowed.status, await allowed.text()).toBe(200);
  });

  test.each([true, false])(
    'what a guard changes of the body counts, in every turn (in place: %s)',
    async (inPlace) => {
      const { client } = await host.start({ imports: [module()] }, (app) =>
        app.useGlobalGuards(new Masks(inPlace)),
      );
      const said = ['I am Bob', 'Hi Bob', 'Who am I?', 'Bob', 'And now?'];
      for (const turns of [1, 3, 5, 5]) {
        const messages = said
          .slice(0, turns)
          .map((content, at) => ({ role: at % 2 ? 'assistant' : 'user', content }));
        const response = await client.messages(requestOf('', { messages }));
        expect(response.status, await response.text()).toBe(200);
        const [sent] = host.upstream.chatCalls.slice(-1);
        expect(JSON.stringify(sent?.body)).toContain('I am N.N.');
        expect(JSON.stringify(sent?.body)).not.toContain('Bob');
      }
    },
  );

  test('a guard can be put on this API alone', async () => {
    class Nobody implements CanActivate {
      canActivate = () => false;
    }
    UseGuards(Nobody)(LlamaMessagesController);
    onTestFinished(() => void Reflect.deleteMetadata('__guards__', LlamaMessagesController));
    const { client } = await host.start({ imports: [module()], controllers: [HostController] });
    expect((await client.messages(requestOf('Hello'))).status).toBe(403);
    expect((await client.request('GET', '/')).status).toBe(200);
  });

  test('a global interceptor that wraps every response runs, and changes neither JSON nor streams', async () => {
    const wrap = new Wrap();
    const { client } = await host.start({ imports: [module()], controllers: [HostController] }, (app) =>
      app.useGlobalInterceptors(wrap),
    );
    expect(await (await client.messages(requestOf('Hello'))).json()).toMatchObject({ type: 'message' });
    const types = toTypes(await readEvents(await client.messages(streamOf('Hello'))));
    expect([types[0], types.at(-1)]).toEqual(['message_start', 'message_stop']);
    expect(wrap.runs).toBe(2);
    const own = await client.request('POST', '/echo', { body: {} });
    expect(await own.json()).toEqual({ data: { ok: true } });
  });

  test('a timeout interceptor does not cut a stream that has begun', async () => {
    const late = createGate();
    host.upstream.answer(
      streamAnswer(textChunk('Once'), late.opened, textChunk(' more'), finishChunk('stop')),
    );
    const { client } = await host.start({ imports: [module()] }, (app) =>
      app.useGlobalInterceptors(new TimeOut()),
    );
    const response = await client.messages(streamOf('Hello'));
    // Twice the time limit: that nothing happens then cannot be awaited otherwise.
    setTimeout(late.open, 200);
    expect(toTypes(await readEvents(response)).at(-1)).toBe('message_stop');
  });

  test('a timeout interceptor that answers first stops the upstream', async () => {
    host.upstream.answer(afterAnswer(createGate().opened, streamAnswer()));
    const { client } = await host.start({ imports: [module()] }, (app) =>
      app.useGlobalInterceptors(new TimeOut()),
    );
    const response = await client.messages(streamOf('Hello'));
    expect(response.status, await response.text()).toBe(408);
    const call = await host.upstream.nextCall();
    await within(call.closed, 2_000, 'the upstream connection is closed');
  });

  test('CORS headers of the host are on JSON, streams and refused bodies', async () => {
    const { client } = await host.start({ imports: [module()] }, (app) =>
      app.enableCors({ origin: 'https://app.example', credentials: true }),
    );
    const headers = { origin: 'https://app.example' };
    const answers = [
      await client.messages(requestOf('Hello'), headers),
      await client.messages(streamOf('Hello'), headers),
      await client.messages('{', headers),
      await client.messages(requestOf('x'.repeat(9 * 1024 * 1024)), headers),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 413]);
    for (const answer of answers) {
      expect(answer.headers['access-control-allow-origin']).toBe('https://app.example');
      expect(answer.headers['access-control-allow-credentials']).toBe('true');
    }
    const preflight = await client.request('OPTIONS', '/v1/messages', {
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
  });

  test('hooks of the host see every response and can add headers to it', async () => {
    const done: unknown[] = [];
    const { client } = await host.start({ imports: [module()] }, (app) => {
      const adapter = app.getHttpAdapter();
      if (adapter.getType() === 'fastify') {
        const instance = adapter.getInstance() as Hooks;
        instance.addHook('onSend', async (_request, reply) => void reply.header('x-host', 'yes'));
        instance.addHook('onResponse', async (request) => void done.push(request.url));
      } else {
        app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
          response.setHeader('x-host', 'yes');
          response.once('finish', () => done.push(request.url));
          next();
        });
      }
    });
    for (const body of [requestOf('Hello'), streamOf('Hello')]) {
      const response = await client.messages(body);
      await response.text();
      expect(response.headers['x-host']).toBe('yes');
    }
    await vi.waitFor(() => expect(done).toEqual(['/v1/messages', '/v1/messages']));
  });

  test('exception filters of the host see nothing of ours, and everything of theirs', async () => {
    const recorder = new Recorder();
    const { client } = await host.start({ imports: [module()] }, (app) => app.useGlobalFilters(recorder));
    const type = 'invalid_request_error';
    for (const body of ['{', '', '[]']) {
      const response = await client.messages(body);
      expect(response.status, body).toBe(400);
      expect(await response.json()).toMatchObject({ type: 'error', error: { type } });
    }
    expect((await client.messages(requestOf('x'.repeat(9 * 1024 * 1024)))).status).toBe(413);
    expect((await client.request('PUT', '/v1/messages', { body: '{' })).status).toBe(405);
    const odd = { 'content-type': 'application/x-nothing' };
    expect((await client.messages(requestOf('Hello'), odd)).status).toBe(200);
    expect(recorder.seen).toEqual([]);
    expect((await client.request('GET', '/elsewhere')).status).toBe(418);
    expect(recorder.seen).toHaveLength(1);
  });
});
