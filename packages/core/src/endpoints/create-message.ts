import { toChatRequest } from '../convert/request.ts';
import { toResponsePlan } from '../convert/response-plan.ts';
import { exchangeMessage, exchangeStream, type Exchange } from '../exchange.ts';
import { checkMessagesRequest } from '../messages/schema.ts';
import { readBody } from './body.ts';
import { json, type Endpoint } from './endpoint.ts';

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
export const createMessage: Endpoint = async ({ request, requestId, upstream, catalog, options, call }) => {
  const body = checkMessagesRequest(await readBody(request, options.maxBodyBytes));
  const model = await catalog.resolve(body.model, call);
  const convertOptions = { model, traits: upstream.traits };
  const exchange: Exchange = {
    requestId,
    chat: toChatRequest(body, convertOptions),
    plan: toResponsePlan(body, convertOptions),
    upstream,
    options,
    signal: request.signal,
  };
  if (body.stream) return { status: 200, headers: streamHeaders, body: await exchangeStream(exchange) };
  return json(200, await exchangeMessage(exchange));
};
