/**
 * The seam to Node's own HTTP server; what the Express, Fastify and NestJS adapters are built on.
 *
 * @packageDocumentation
 */
export { toAbort, toHandlerRequest, toNodeListener, toPath } from './listener.ts';
export { readNodeBody } from './body.ts';
export { writeNodeResponse } from './write.ts';
export { toReadable } from './to-readable.ts';
export { httpClient } from './http-client.ts';
