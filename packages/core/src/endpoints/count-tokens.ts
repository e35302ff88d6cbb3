import { untilReady } from '../generation.ts';
import { checkCountTokensRequest } from '../messages/schema.ts';
import { toModelRequest } from '../routing/model-request.ts';
import { toRoutedRequest } from '../routing/model-route.ts';
import { toConversation } from '../slots/conversation.ts';
import { readBody } from './body.ts';
import { json, type Endpoint } from './endpoint.ts';
import { toConvertOptions, toStableChat } from './prepare.ts';

/**
 * A count has no events to keep its connection alive with, and proxies give up after 60 s. What comes instead, 529 with
 * `retry-after`, makes clients ask again by themselves. See docs/decisions/0015.
 */
const longestWaitMs = 45_000;

/**
 * `POST /v1/messages/count_tokens`: counts the very prompt that would be sent. The header `llama-messages-token-count`
 * says whether the count is `exact` or `estimated`; estimates are a little high, for one that is too low makes
 * clients overflow the context window. A model that is being loaded is waited for, as a message waits for it.
 *
 * @see https://docs.anthropic.com/en/api/messages-count-tokens
 */
export const countTokens: Endpoint = async (context) => {
  const { request, services, options, call } = context;
  const body = checkCountTokensRequest(await readBody(context));
  const whole = { max_tokens: 1, ...body };
  const { id } = toConversation(whole, request.headers);
  const patience = {
    ...options,
    loadingTimeoutMs: Math.min(options.loadingTimeoutMs, longestWaitMs),
    downTimeoutMs: Math.min(options.downTimeoutMs, longestWaitMs),
  };
  const count = await untilReady(
    async () => {
      const routed = await services.router.resolve(toModelRequest(body, request.headers), call);
      const chat = toStableChat(
        services.tools.recall(toRoutedRequest(whole, routed.route)),
        context,
        routed,
        toConvertOptions(context, routed, id),
      );
      return routed.backend.counts.count(chat, call);
    },
    patience,
    request.signal,
    () => {},
  );
  return json(
    200,
    { input_tokens: count.tokens },
    { 'llama-messages-token-count': count.exact ? 'exact' : 'estimated' },
  );
};
