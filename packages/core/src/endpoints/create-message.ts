import { exchangeMessage, exchangeStream } from '../exchange.ts';
import type { Exchange } from '../exchange-run.ts';
import { checkMessagesRequest } from '../messages/schema.ts';
import { ExchangeObservers } from '../observer.ts';
import { readBody } from './body.ts';
import type { Endpoint } from './endpoint.ts';
import { prepare } from './prepare.ts';

/** Proxies and `compression()` must pass events on at once; `no-transform` and `x-accel-buffering` tell them. */
const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/**
 * `POST /v1/messages`
 *
 * @see https://docs.anthropic.com/en/api/messages
 */
export const createMessage: Endpoint = async (context) => {
  const { request, requestId, services, options } = context;
  const body = checkMessagesRequest(await readBody(context));
  const exchange: Exchange = {
    requestId,
    model: body.model,
    streamed: body.stream === true,
    observer: new ExchangeObservers(options, {
      requestId,
      receivedAt: Date.now(),
      streamed: body.stream === true,
      request: body,
      headers: request.headers,
    }),
    prepare: (signal, onProgress) => prepare(body, context, signal, onProgress),
    services,
    options,
    signal: request.signal,
    abort: request.abort,
  };
  return body.stream
    ? { status: 200, headers: streamHeaders, body: await exchangeStream(exchange) }
    : { status: 200, headers: { 'content-type': 'application/json' }, body: await exchangeMessage(exchange) };
};
