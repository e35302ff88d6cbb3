/**
 * The seam to everything that speaks `Request` and `Response`.
 *
 * @packageDocumentation
 */
export { toFetchHandler, type FetchHandlerOptions } from './to-fetch-handler.ts';
export { httpClient } from './http-client.ts';
