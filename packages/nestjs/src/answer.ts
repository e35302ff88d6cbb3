import type { HandlerResponse, MessagesHandler } from '@llama-messages/core';
import { toHandlerRequest, toReadable, writeNodeResponse } from '@llama-messages/core/node';
import { takeBody } from './early-body.ts';
import { type FastifyReply, type PlatformRequest, type PlatformResponse, toRawRequest } from './platform.ts';

/**
 * Answers a request of either platform, with the host's headers kept. Resolves as soon as the status is decided, and
 * never rejects: a stream goes on by itself, because a timeout interceptor of the host would cut it in the middle.
 */
export async function answer(
  handler: MessagesHandler,
  request: PlatformRequest,
  response: PlatformResponse,
  path: string,
): Promise<void> {
  const raw = 'raw' in response ? response.raw : response;
  const result = await handler.handle({
    ...toHandlerRequest(toRawRequest(request), raw, handler.maxBodyBytes),
    path,
    body: () => takeBody(request, handler.maxBodyBytes),
  });
  if ('raw' in response) sendFastifyReply(response, result);
  else void writeNodeResponse(response, result);
}

/** A Readable instead of the raw socket keeps the host's hooks and headers; Fastify destroys it when the client leaves. */
function sendFastifyReply(reply: FastifyReply, { status, headers, body }: HandlerResponse): void {
  if (reply.sent) return;
  reply.code(status).headers(headers);
  reply.send(typeof body === 'string' ? body : toReadable(body));
}
