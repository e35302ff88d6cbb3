import type { AbstractHttpAdapter } from '@nestjs/core';
import { type ExpressApp, useExpressBodyParser } from './body-parser.express.ts';
import { type FastifyInstance, useFastifyBodyParser } from './body-parser.fastify.ts';

/** Makes the platform read the bodies of requests to the API, and only those, up to `maxBytes`. */
export function useBodyParser(
  adapter: AbstractHttpAdapter,
  isMessagesPath: (path: string) => boolean,
  maxBytes: number,
): void {
  if (adapter.getType() === 'fastify') {
    useFastifyBodyParser(adapter.getInstance<FastifyInstance>(), isMessagesPath, maxBytes);
  } else {
    useExpressBodyParser(adapter.getInstance<ExpressApp>(), isMessagesPath, maxBytes);
  }
}
