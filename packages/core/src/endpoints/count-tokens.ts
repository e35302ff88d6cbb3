import { checkCountTokensRequest } from '../messages/schema.ts';
import { toModelRequest } from '../routing/model-request.ts';
import { toRoutedRequest } from '../routing/model-route.ts';
import { toConversation } from '../slots/conversation.ts';
import { readBody } from './body.ts';
import { json, type Endpoint } from './endpoint.ts';
import { toConvertOptions, toStableChat } from './prepare.ts';

/**
 * `POST /v1/messages/count_tokens`: counts the very prompt that would be sent. The header `llama-messages-token-count`
 * says whether the count is `exact` or `estimated`; estimates are a little high, for one that is too low makes
 * clients overflow the context window.
 *
 * @see https://docs.anthropic.com/en/api/messages-count-tokens
 */
export const countTokens: Endpoint = async (context) => {
  const { request, services, options, call } = context;
  const body = checkCountTokensRequest(await readBody(request, options.maxBodyBytes));
  const routed = await services.router.resolve(toModelRequest(body, request.headers), call);
  const whole = { max_tokens: 1, ...body };
  const { id } = toConversation(whole, request.headers);
  const chat = toStableChat(
    toRoutedRequest(whole, routed.route),
    context,
    routed,
    toConvertOptions(context, routed, id),
  );
  const count = await routed.backend.counts.count(chat, call);
  return json(
    200,
    { input_tokens: count.tokens },
    { 'llama-messages-token-count': count.exact ? 'exact' : 'estimated' },
  );
};
