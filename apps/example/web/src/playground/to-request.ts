import type {
  MessageCreateParamsBase,
  MessageParam,
  ThinkingConfigParam,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { fallbacks, type Settings } from './settings/settings.ts';
import { demoTools } from './tools/demo-tools.ts';

/** The SDK's types have dropped these; the API and local models have not. */
interface Sampling {
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
}

/**
 * Returns what is asked of the API.
 * @throws SyntaxError if structured output is on and its schema is no JSON; the composer does not send then
 */
export function toRequest(
  settings: Settings,
  model: string,
  messages: readonly MessageParam[],
): MessageCreateParamsBase & Sampling {
  const thinking = toThinking(settings);
  const tools = settings.tools.flatMap((name) => demoTools.get(name)?.definition ?? []);
  return {
    model,
    max_tokens: settings.maxTokens ?? fallbacks.maxTokens,
    messages: [...messages],
    ...(settings.system.trim() !== '' && { system: settings.system }),
    ...(settings.temperature !== undefined && { temperature: settings.temperature }),
    ...(settings.topP !== undefined && { top_p: settings.topP }),
    ...(settings.topK !== undefined && { top_k: settings.topK }),
    ...(thinking && { thinking }),
    ...(tools.length > 0 && { tools }),
    ...(settings.isStructured && {
      output_config: {
        format: { type: 'json_schema', schema: JSON.parse(settings.schema) as Record<string, unknown> },
      },
    }),
  };
}

function toThinking({ thinking, thinkingBudget }: Settings): ThinkingConfigParam | undefined {
  switch (thinking) {
    case 'default':
      return undefined;
    case 'on':
      return { type: 'adaptive' };
    case 'off':
      return { type: 'disabled' };
    case 'budget':
      return { type: 'enabled', budget_tokens: thinkingBudget ?? fallbacks.thinkingBudget };
    default:
      return thinking satisfies never;
  }
}
