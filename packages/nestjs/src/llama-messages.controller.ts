import { All, Controller, Inject, Req, Res, type Type, VERSION_NEUTRAL } from '@nestjs/common';
import { routes } from '@llama-messages/core';
import { toPath } from '@llama-messages/core/node';
import { answer } from './answer.ts';
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
  readonly #service: LlamaMessagesService;

  constructor(@Inject(LlamaMessagesService) service: LlamaMessagesService) {
    this.#service = service;
  }

  /** Every method, because a wrong one gets its 405 from the handler. */
  @All(toNestPaths())
  async answer(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    const { originalUrl, url } = toRawRequest(request);
    await answer(this.#service.handler, request, response, this.#belowMount(toPath(originalUrl ?? url)));
  }

  /** A global prefix may hold parameters, so it is not cut off but searched past. */
  #belowMount(path: string): string {
    for (let start = 0; start !== -1; start = path.indexOf('/', start + 1)) {
      const rest = path.slice(start);
      if (this.#service.handler.matches('POST', rest)) return rest;
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
 * Returns core's paths as Nest writes them, and again behind a doubled `/v1`, without the root (see `registerProbe`).
 * An id may hold one slash that is not encoded; a wildcard would be spelled differently on the two platforms.
 */
function toNestPaths(): string[] {
  const paths = new Set(routes.map((route) => route.path).filter((path) => path !== '/'));
  return [...paths]
    .flatMap((path) => (path.endsWith('/:id') ? [path, `${path}/:rest`] : [path]))
    .flatMap((path) => (path.startsWith('/v1/') ? [path, `/v1${path}`] : [path]));
}
