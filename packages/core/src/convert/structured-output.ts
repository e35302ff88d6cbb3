import type { ChatRequest, ChatTool } from '../chat/types.ts';
import type { CountTokensRequest, JsonSchemaFormat } from '../messages/types.ts';
import type { ConvertOptions } from './options.ts';
import { type ChatTools, toChatTools } from './tools.ts';

/** The tools of a request together with the form that its answer must have. */
export interface AnswerForm extends ChatTools {
  readonly responseFormat?: NonNullable<ChatRequest['response_format']>;
  /** The tool that stands for the schema: its arguments are the answer's text. */
  readonly structuredTool?: string;
}

/**
 * Returns the tools to offer and how the schema of `output_config.format` is enforced beside them.
 *
 * - No tools, or `tool_choice: none`: `response_format`.
 * - Tools that must be used (`any`, `tool`): no schema, since this turn is a tool call and no answer.
 * - Tools that may be used, on an upstream that refuses both (llama-server's grammar is either the schema's or the
 *   tools'): one more tool, last in the list, whose parameters are the schema, and some tool must be called.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs
 */
export function toAnswerForm(request: CountTokensRequest, options: ConvertOptions): AnswerForm {
  const chatTools = toChatTools(request, options);
  const format = request.output_config?.format ?? request.output_format;
  if (!format || chatTools.choice === 'required') return chatTools;
  if (chatTools.choice !== 'auto' || !options.traits.schemaExcludesTools) {
    return { ...chatTools, responseFormat: toResponseFormat(format) };
  }
  const tool = toStructuredTool(format, request);
  return {
    ...chatTools,
    tools: [...chatTools.tools, tool],
    choice: 'required',
    structuredTool: tool.function.name,
  };
}

function toResponseFormat({ schema }: JsonSchemaFormat): NonNullable<ChatRequest['response_format']> {
  return { type: 'json_schema', json_schema: { name: 'response', schema } };
}

function toStructuredTool({ schema }: JsonSchemaFormat, request: CountTokensRequest): ChatTool {
  const taken = new Set((request.tools ?? []).map((tool) => tool.name));
  let name = 'structured_output';
  for (let count = 2; taken.has(name); count += 1) name = `structured_output_${count}`;
  return {
    type: 'function',
    function: {
      name,
      description:
        'Gives the final answer. Call this once you need no other tool; its arguments are the whole answer.',
      parameters: schema,
    },
  };
}
