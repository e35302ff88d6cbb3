import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Block, Step, ToolResult, Turn, UserTurn } from './conversation.ts';

/** Returns the conversation as the API takes it. Thinking goes back too: without it the model's prompt cache is lost. */
export function toMessages(turns: readonly Turn[]): readonly MessageParam[] {
  return turns.flatMap((turn) =>
    turn.role === 'user' ? [toUserMessage(turn)] : turn.answer.value.steps.flatMap(toStepMessages),
  );
}

function toUserMessage({ text, pictures }: UserTurn): MessageParam {
  if (pictures.length === 0) return { role: 'user', content: text };
  return {
    role: 'user',
    content: [
      ...pictures.map(
        ({ mediaType, data }) =>
          ({ type: 'image', source: { type: 'base64', media_type: mediaType, data } }) as const,
      ),
      ...(text === '' ? [] : [{ type: 'text', text } as const]),
    ],
  };
}

/** Returns the messages of one request: what the model said, and the results of its tools if there are any. */
export function toStepMessages({ blocks, results }: Step): readonly MessageParam[] {
  // An answer that was stopped may end in a call that never ran, or in nothing but thoughts.
  const content = blocks.filter((block) => isComplete(block, results));
  if (content.every(({ type }) => type === 'thinking')) return [];
  return [
    { role: 'assistant', content: content.map(toParam) },
    ...(results.length === 0 ? [] : [{ role: 'user', content: results.map(toResultParam) } as const]),
  ];
}

function isComplete(block: Block, results: readonly ToolResult[]): boolean {
  switch (block.type) {
    case 'text':
      return block.text !== '';
    case 'thinking':
      return true;
    case 'tool_use':
      return results.some(({ id }) => id === block.id);
    default:
      return block satisfies never;
  }
}

function toParam(block: Block): ContentBlockParam {
  return block.type === 'tool_use' ? { ...block, input: block.input ?? {} } : block;
}

function toResultParam({ id, text, isError }: ToolResult): ContentBlockParam {
  return { type: 'tool_result', tool_use_id: id, content: text, ...(isError && { is_error: true }) };
}
