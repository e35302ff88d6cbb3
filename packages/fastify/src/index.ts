/**
 * The Anthropic Messages API as a Fastify plugin.
 *
 * @packageDocumentation
 */
import {
  createMessagesHandler,
  type HandlerResponse,
  type MessagesOptions,
  routes,
} from '@llama-messages/core';
import { toAbort, toPath, toReadable } from '@llama-messages/core/node';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

export type { MessagesOptions } from '@llama-messages/core';

/**
 * A Fastify 5 plugin that serves the Messages API below its `prefix`. It is encapsulated: its body limit (32 MiB), its
 * parser and its errors in Anthropic's shape stay with its own routes, while the host's hooks, CORS, logging and
 * `inject()` reach them as they reach any other.
 *
 * Registering rejects with a TypeError if an option is wrong.
 *
 * @example
 * ```ts
 * import Fastify from 'fastify';
 * import { llamaMessages } from '@llama-messages/fastify';
 *
 * const app = Fastify({ logger: true });
 * await app.register(llamaMessages, { upstream: 'http://127.0.0.1:8080' });
 * await app.listen({ port: 8787 });
 * ```
 */
export const llamaMessages: FastifyPluginAsync<MessagesOptions> = async (fastify, options) => {
  const handler = createMessagesHandler({ logger: fastify.log, ...options });
  fastify.addHook('onClose', () => handler.close());

  // The bytes go to the handler as they came: malformed JSON is its to answer.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: handler.maxBodyBytes },
    (_request, body, done) => done(null, body),
  );

  // Neither awaited nor returned: Fastify would wait for the end of each stream, and listen for it with a KiB of listeners.
  function answer(request: FastifyRequest, reply: FastifyReply): void {
    handler
      .handle({
        method: request.method,
        path: toPath(request.url).slice(fastify.prefix.length) || '/',
        headers: { get: (name) => toText(request.headers[name.toLowerCase()]) },
        body: () => request.body,
        ...toAbort(reply.raw),
      })
      .then((response) => void send(reply, response))
      .catch((error: unknown) => void reply.send(error));
  }

  fastify.setErrorHandler((error, _request, reply) => send(reply, handler.fail(error)));

  const paths = new Set(routes.map((route) => route.path));
  for (const path of paths) {
    for (const url of path.startsWith('/v1/') ? [path, `/v1${path}`] : [path]) {
      const methods = path === '/' ? ['HEAD'] : ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
      fastify.route({
        method: methods.filter(
          (method) => !fastify.hasRoute({ method: method as 'GET', url: fastify.prefix + url }),
        ),
        url: url.replace(':id', '*'),
        exposeHeadRoute: false,
        bodyLimit: handler.maxBodyBytes,
        handler: answer,
      });
    }
  }
};

export default llamaMessages;

/** A Readable instead of the raw socket keeps the host's hooks and headers; Fastify destroys it when the client leaves. */
function send(reply: FastifyReply, { status, headers, body }: HandlerResponse): FastifyReply {
  reply.code(status).headers(headers);
  return reply.send(typeof body === 'string' ? body : toReadable(body));
}

function toText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
