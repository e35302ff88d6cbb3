import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { All, Controller, Head, Inject, Req, Res, type Type, VERSION_NEUTRAL } from '@nestjs/common';
import { type HandlerResponse, type MessagesHandler, routes } from '@llama-messages/core';
import { toHandlerRequest, toPath, writeNodeResponse } from '@llama-messages/core/node';
import { takeBody } from './early-body.ts';
import { LlamaMessagesService } from './llama-messages.service.ts';
import { type PlatformRequest, type PlatformResponse, toRawRequest } from './platform.ts';

/**
 * Serves the Messages API through Nest's own routing, so that guards, interceptors, the global prefix and versioning
 * work as for any controller. Responses are written by hand: what interceptors make of the result is not sent.
 *
 * Class decorators can be applied to it from outside, for this API alone:
 * @example
 * ```ts
 * UseGuards(TeamGuard)(LlamaMessagesController);
 * ```
 */
export class LlamaMessagesController {
  readonly #handler: MessagesHandler;

  constructor(@Inject(LlamaMessagesService) service: LlamaMessagesService) {
    this.#handler = service.handler;
  }

  /** Every method, because a wrong one gets its 405 from the handler. */
  @All(toNestPaths())
  answer(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    const path = toPath(toRawRequest(request).originalUrl ?? toRawRequest(request).url);
    return this.#answer(request, response, this.#belowMount(path));
  }

  /** The connectivity probe. The root belongs to the host, but for `HEAD`. */
  @Head()
  probe(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#answer(request, response, '/');
  }

  async #answer(request: PlatformRequest, response: PlatformResponse, path: string): Promise<void> {
    const handler = this.#handler;
    const raw = 'raw' in response ? response.raw : response;
    const answer = await handler.handle({
      ...toHandlerRequest(toRawRequest(request), raw, handler.maxBodyBytes),
      path,
      body: () => takeBody(request, handler.maxBodyBytes),
      signal: toCloseSignal(raw),
    });
    if ('raw' in response) sendFastifyReply(response, answer);
    // Not awaited: a timeout interceptor of the host would cut a long stream in the middle.
    else void writeNodeResponse(response, answer);
  }

  /** The global prefix can hold parameters, so it is not stripped but skipped. */
  #belowMount(path: string): string {
    for (let start = 0; start !== -1; start = path.indexOf('/', start + 1)) {
      const rest = path.slice(start);
      if (this.#handler.matches('POST', rest)) return rest;
    }
    return path;
  }
}

/** Returns the controller mounted at a path; a class of its own, so that the module can be imported more than once. */
export function createMountedController(path: string): Type<LlamaMessagesController> {
  @Controller({ path, version: VERSION_NEUTRAL })
  class MountedLlamaMessagesController extends LlamaMessagesController {}
  return MountedLlamaMessagesController;
}

/**
 * Returns core's paths as Nest writes them, and again behind a doubled `/v1`. Ids of models may hold one slash that is
 * not encoded; a wildcard is spelled differently on the two platforms.
 */
function toNestPaths(): string[] {
  const paths = new Set(routes.map((route) => route.path).filter((path) => path !== '/'));
  return [...paths]
    .flatMap((path) => (path.endsWith('/:id') ? [path, `${path}/:rest`] : [path]))
    .flatMap((path) => (path.startsWith('/v1/') ? [path, `/v1${path}`] : [path]));
}

/** A Readable instead of the raw socket keeps the host's hooks and headers; Fastify destroys it when the client leaves. */
function sendFastifyReply(
  reply: Exclude<PlatformResponse, ServerResponse>,
  { status, headers, body }: HandlerResponse,
): void {
  if (reply.sent) return;
  reply.code(status).headers(headers);
  reply.send(typeof body === 'string' ? body : Readable.from(body, { objectMode: false }));
}

/**
 * Returns a signal that aborts when the response is over, whoever ended it: a timeout interceptor that answers in our
 * place must stop the upstream as well. After an answer of ours it finds nothing to stop.
 */
function toCloseSignal(response: ServerResponse): AbortSignal {
  const abort = new AbortController();
  if (response.destroyed) abort.abort();
  else response.once('close', () => abort.abort());
  return abort.signal;
}
