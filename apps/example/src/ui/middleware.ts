import type { IncomingMessage, ServerResponse } from 'node:http';

/** What Express and Nest take as it is, and Fastify with `@fastify/middie`. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
