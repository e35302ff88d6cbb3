import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the module needs of Express's request: Node's own, with the body that a parser left. */
export type ExpressRequest = IncomingMessage & { originalUrl?: string; body?: unknown };

/** What the module needs of Fastify's request. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly originalUrl: string;
  body: unknown;
  headers: IncomingMessage['headers'];
}

/** What the module needs of Fastify's reply. */
export interface FastifyReply {
  readonly raw: ServerResponse;
  readonly sent: boolean;
  code(status: number): this;
  headers(headers: Readonly<Record<string, string>>): this;
  send(body: unknown): unknown;
}

/** The request as Nest hands it over. Typed here so that no platform has to be installed for the other. */
export type PlatformRequest = ExpressRequest | FastifyRequest;

/** The response as Nest hands it over. */
export type PlatformResponse = ServerResponse | FastifyReply;

/** Returns Node's own request. */
export function toRawRequest(request: PlatformRequest): ExpressRequest {
  return 'raw' in request ? request.raw : request;
}
