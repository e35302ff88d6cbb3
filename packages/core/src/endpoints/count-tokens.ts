import { toChatRequest } from '../convert/request.ts';
import { checkCountTokensRequest } from '../messages/schema.ts';
import { readBody } from './body.ts';
import { json, type Endpoint } from './endpoint.ts';

/**
 * `POST /v1/messages/count_tokens`: counts the very prompt that would be sent. The header `llama-messages-token-count`
 * says whether the count is `exact` or `estimated`; estimates are a little high, for one that is too low makes
 * clients overflow the context window.
 *
 * @see https://docs.anthropic.com/en/api/messages-count-tokens
 */
export const countTokens: Endpoint = async ({ request, upstream, catalog, options, call }) => {
  const body = checkCountTokensRequest(await readBody(request, options.maxBodyBytes));
  const model = await catalog.resolve(body.model, call);
  const chat = toChatRequest({ max_tokens: 1, ...body }, { model, traits: upstream.traits });
  const count = await upstream.countTokens(chat, call);
  return json(
    200,
    { input_tokens: count.tokens },
    { 'llama-messages-token-count': count.exact ? 'exact' : 'estimated' },
  );
};
