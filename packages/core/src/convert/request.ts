import type { ChatMessage, ChatRequest } from '../chat/types.ts';
import type { CountTokensRequest } from '../messages/types.ts';
import { toChatMessages } from './messages.ts';
import type { ConvertOptions } from './options.ts';
import { toChatSampling } from './sampling.ts';
import { type AnswerForm, toAnswerForm } from './structured-output.ts';
import { toSystemPrompt } from './system.ts';
import { toChatThinking } from './thinking.ts';

/**
 * Returns the chat completion that asks an upstream for what `request` wants. Pure: the request is not changed,
 * and the same request gives the same bytes, because the upstream's prompt cache lives on equal beginnings.
 * The prompt of a turn is a prefix of the next turn's.
 *
 * Also for `count_tokens`, whose requests have no `max_tokens`. The request must have passed `checkMessagesRequest`.
 *
 * @throws MessagesError `invalid_request_error` where the API would refuse too: a tool call without its result,
 * a tool name used twice, a chosen tool that is not there.
 * @see https://docs.anthropic.com/en/api/messages
 */
export function toChatRequest(
  request: CountTokensRequest,
  options: ConvertOptions,
  form: AnswerForm = toAnswerForm(request, options),
): ChatRequest {
  const { openingTurns, messages: turns } = toChatMessages(request.messages, options);
  const system = toSystemPrompt(request, openingTurns, form.leftOut);
  const messages: ChatMessage[] =
    system === undefined ? turns : [{ role: 'system', content: system }, ...turns];
  return {
    model: options.model.id,
    messages,
    ...(form.choice && {
      tools: form.tools,
      tool_choice: form.choice,
      parallel_tool_calls: !request.tool_choice?.disable_parallel_tool_use,
    }),
    ...(form.responseFormat && { response_format: form.responseFormat }),
    ...toChatSampling(request, options),
    ...toChatThinking(request, options, turns.at(-1)?.role === 'assistant'),
  };
}
