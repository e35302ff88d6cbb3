import { createAuthenticator } from './auth.ts';
import { MessagesError, errorHeaders, toErrorBody, toMessagesError } from './errors.ts';
import { json } from './endpoints/endpoint.ts';
import type { HandlerRequest, HandlerResponse } from './http.ts';
import { createId } from './id.ts';
import { wasLogged } from './log-exchange.ts';
import { resolveOptions, type MessagesOptions } from './options.ts';
import { matchRoute, type Route } from './routes.ts';
import { createServices } from './services.ts';

/** The Messages API, independent of any framework. */
export interface MessagesHandler {
  /**
   * Answers one request.
   * @remarks Never rejects: every failure is a response in Anthropic's shape, or an `event: error`.
   */
  handle(request: HandlerRequest): Promise<HandlerResponse>;
  /** Returns the response for an error that arose in front of the handler: in the host's parser or hooks. */
  fail(error: unknown): HandlerResponse;
  /** Returns whether a path (below the mount point) is one of the API's; an adapter passes others on to the host. */
  matches(method: string, path: string): boolean;
  /** Largest request body in bytes, for adapters that read it themselves. */
  readonly maxBodyBytes: number;
  /** Frees what the upstreams hold. */
  close(): Promise<void>;
}

/**
 * Returns the handler that every adapter wraps.
 *
 * @throws TypeError if an option is wrong, with what to change
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createMessagesHandler } from '@llama-messages/core';
 * import { toNodeListener } from '@llama-messages/core/node';
 *
 * const handler = createMessagesHandler({ upstream: 'http://127.0.0.1:8080' });
 * createServer(toNodeListener(handler)).listen(8787);
 * ```
 */
export function createMessagesHandler(options: MessagesOptions): MessagesHandler {
  const resolved = resolveOptions(options);
  const services = createServices(resolved);
  const authenticate = createAuthenticator(options.auth);

  function fail(thrown: unknown, requestId: string): HandlerResponse {
    const error = toMessagesError(thrown);
    return json(error.status, toErrorBody(error, requestId), {
      ...errorHeaders(error),
      'request-id': requestId,
    });
  }

  return {
    async handle(request) {
      const requestId = createId('req_');
      try {
        const { route, id } = findRoute(request);
        const owner = route.isPublic ? '' : await authenticate(request);
        const response = await route.endpoint({
          request,
          requestId,
          id,
          owner,
          services,
          options: resolved,
          call: { signal: request.signal, requestId },
        });
        // Not spread: V8 then makes a hidden class for each of these objects, which lives until the next full garbage collection.
        const headers = Object.assign({}, response.headers, { 'request-id': requestId });
        return { ...response, headers };
      } catch (thrown) {
        const error = toMessagesError(thrown);
        if (error.status >= 500 && !request.signal.aborted && !wasLogged(error)) {
          resolved.logger?.warn(`llama-messages: ${requestId}: ${error.message}${describeCause(error)}`);
        }
        return fail(error, requestId);
      }
    },
    fail: (error) => fail(error, createId('req_')),
    matches: (method, path) => matchRoute(method, path) !== undefined,
    maxBodyBytes: resolved.maxBodyBytes,
    async close() {
      const upstreams = new Set(services.backends.map(({ upstream }) => upstream));
      await Promise.all(Array.from(upstreams, (upstream) => upstream.close?.()));
    },
  };
}

/** @throws MessagesError 404 or 405 */
function findRoute(request: HandlerRequest): { readonly route: Route; readonly id: string } {
  const match = matchRoute(request.method, request.path);
  if (!match) throw notFound(request);
  const { route, allowed, id } = match;
  if (route) return { route, id };
  throw new MessagesError(
    'invalid_request_error',
    `${request.method} is not allowed here, use ${allowed.join(' or ')}`,
    { status: 405, headers: { allow: allowed.join(', ') } },
  );
}

function notFound(request: HandlerRequest): MessagesError {
  return new MessagesError(
    'not_found_error',
    `There is no ${request.method} ${request.path} here. Messages are at POST /v1/messages below the base URL; the base URL itself must not contain /v1/messages.`,
  );
}

function describeCause(error: MessagesError): string {
  return error.cause instanceof Error ? ` (${error.cause.message.slice(0, 500)})` : '';
}
