import type { AbstractHttpAdapter } from '@nestjs/core';
import type { MessagesHandler } from '@llama-messages/core';
import { answer } from './answer.ts';
import type { PlatformRequest, PlatformResponse } from './platform.ts';

/**
 * Answers `HEAD` of the mount point, which clients send to see whether somebody is there; unless the host has a route
 * there itself, whose answer does as well.
 *
 * @remarks No method of the controller: Fastify refuses to start when a `HEAD` route is declared beside a `GET` of the
 * host. Must run after the host's routes are registered and before Nest's 404, which is in `onModuleInit`.
 */
export function registerProbe(adapter: AbstractHttpAdapter, path: string, handler: MessagesHandler): void {
  const isFastify = adapter.getType() === 'fastify';
  const instance = adapter.getInstance<{ hasRoute(route: { method: string; url: string }): boolean }>();
  // Express takes both spellings for one.
  const spellings = isFastify && path !== '/' ? [path, `${path}/`] : [path];
  for (const url of spellings) {
    if (isFastify && instance.hasRoute({ method: 'HEAD', url })) continue;
    adapter.head(url, (request: PlatformRequest, response: PlatformResponse) =>
      answer(handler, request, response, '/'),
    );
  }
}
