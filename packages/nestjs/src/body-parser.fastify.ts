import { toPath } from '@llama-messages/core/node';
import { readEarlyBody } from './early-body.ts';
import type { FastifyRequest } from './platform.ts';

/** The part of a Fastify instance that {@link useFastifyBodyParser} needs. */
export interface FastifyInstance {
  addHook(
    name: 'preParsing',
    hook: (request: FastifyRequest, reply: unknown, payload: unknown) => Promise<unknown>,
  ): unknown;
}

/**
 * Makes a Fastify instance read the bodies of requests to the API, and only those, up to `maxBytes`.
 *
 * @remarks Not a raised `bodyLimit`: Fastify's own parser would still answer malformed JSON and unknown content types
 * through Nest's exception filters, before any guard. Must run before the routes are registered.
 */
export function useFastifyBodyParser(
  instance: FastifyInstance,
  isMessagesPath: (path: string) => boolean,
  maxBytes: number,
): void {
  instance.addHook('preParsing', async (request, _reply, payload) => {
    if (isMessagesPath(toPath(request.originalUrl))) {
      await readEarlyBody(request, maxBytes);
      // Fastify parses what these announce; without them it leaves `request.body` as it is. `request.raw` keeps them.
      request.headers = {
        'content-type': undefined,
        'content-length': undefined,
        'transfer-encoding': undefined,
      };
    }
    return payload;
  });
}
