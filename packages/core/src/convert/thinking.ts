import type { ChatRequest } from '../chat/types.ts';
import type { CountTokensRequest } from '../messages/types.ts';
import type { ConvertOptions } from './options.ts';

type ChatThinking = Pick<ChatRequest, 'chat_template_kwargs' | 'reasoning_effort' | 'thinking_budget_tokens'>;

/** llama-server reads the budget as a 32 bit integer. */
const largestBudget = 2_147_483_647;

/**
 * Returns the fields that switch thinking on or off and say how much of it is wanted; none if the client said nothing.
 * `adaptive` and types still to come think without a budget.
 *
 * A prefilled answer is past its thinking: builds of llama-server before the continuation parser refuse
 * `enable_thinking` there ("Assistant response prefill is incompatible with enable_thinking"), so it is switched off.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking
 */
export function toChatThinking(
  request: CountTokensRequest,
  options: ConvertOptions,
  isPrefilled: boolean,
): ChatThinking {
  const { thinking } = request;
  if (isPrefilled || thinking?.type === 'disabled') {
    return { chat_template_kwargs: { enable_thinking: false }, reasoning_effort: 'none' };
  }
  const effort =
    options.model.effort === false ? undefined : toReasoningEffort(request.output_config?.effort);
  const budget = thinking?.type === 'enabled' ? thinking.budget_tokens : undefined;
  return {
    ...(thinking && { chat_template_kwargs: { enable_thinking: true } }),
    ...(effort && { reasoning_effort: effort }),
    ...(typeof budget === 'number' && {
      thinking_budget_tokens: Math.min(Math.max(0, Math.floor(budget)), largestBudget),
    }),
  };
}

/** Chat templates know three levels; `xhigh` and `max` are Anthropic's own. */
function toReasoningEffort(effort: string | null | undefined): 'low' | 'medium' | 'high' | undefined {
  switch (effort) {
    case 'low':
    case 'medium':
    case 'high':
      return effort;
    case 'xhigh':
    case 'max':
      return 'high';
    default:
      return undefined;
  }
}
