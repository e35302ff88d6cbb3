import { MessagesError, type ChatMessage, type ChatRequest } from '@llama-messages/core';
import { grammarError } from './grammar-error.ts';
import type { ChatOptions, FormattedChat, LlamaContext, PromptOptions } from './llama-node.ts';

/** A request as the engine reads it. */
export interface Prompt {
  /** What the model reads, template and all. */
  readonly text: string;
  readonly tokens: Int32Array;
  /** What the engine is given to generate from it. */
  readonly input: ChatOptions | PromptOptions;
  /** Stop words of the template's own, which are no stop words to the client. */
  readonly templateStops: readonly string[];
}

/**
 * Returns the prompt of a request, formatted by the model's template and tokenized.
 *
 * A trailing assistant message is continued: the engine can only close it, so the prompt is formatted without it,
 * with thinking off, and the text is appended. No grammar holds then, because the engine's begins at the turn's start.
 *
 * @throws MessagesError 400 for what the template or the grammar refuses.
 */
export async function createPrompt(context: LlamaContext, request: ChatRequest): Promise<Prompt> {
  const prefill = prefillOf(request.messages);
  const chat = toChatOptions(
    request,
    prefill === undefined ? request.messages : request.messages.slice(0, -1),
  );
  if (prefill !== undefined) {
    chat.enable_thinking = false;
    delete chat.response_format;
  }
  const formatted = format(context, chat);
  const text = prefill === undefined ? formatted.prompt : withoutOpenThought(formatted) + prefill;
  const { tokens } = await context.tokenize(text);
  const { chat_format, chat_parser, generation_prompt, preserved_tokens } = formatted;
  return {
    text,
    tokens,
    templateStops: formatted.additional_stops,
    input:
      prefill === undefined
        ? chat
        : {
            prompt: text,
            chat_format,
            chat_parser,
            generation_prompt,
            preserved_tokens,
            reasoning_format: 'auto',
          },
  };
}

/** Returns whether the model's template can think, from what it makes of a greeting. */
export function canThink(context: LlamaContext): boolean {
  try {
    const chat = toChatOptions({ model: '', messages: [] }, [{ role: 'user', content: 'Hello' }]);
    return Boolean(format(context, chat).thinking_start_tag);
  } catch {
    return false;
  }
}

function format(context: LlamaContext, chat: ChatOptions): FormattedChat {
  let formatted: FormattedChat;
  try {
    formatted = context.ctx.getFormattedChat(chat.messages, undefined, chat);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new MessagesError('invalid_request_error', message, { cause: error });
  }
  const problem = formatted.grammar === '' ? undefined : grammarError(formatted.grammar);
  if (problem !== undefined) {
    throw new MessagesError(
      'invalid_request_error',
      `A JSON schema of this request cannot be enforced: ${problem}. Leave out large maxLength, maxItems and unusual patterns.`,
    );
  }
  return formatted;
}

function toChatOptions(request: ChatRequest, messages: readonly ChatMessage[]): ChatOptions {
  for (const message of messages) {
    if (Array.isArray(message.content) && message.content.some((part) => part.type === 'image_url')) {
      throw new MessagesError('invalid_request_error', 'This model cannot read images.');
    }
  }
  const { enable_thinking: thinking, ...variables } = request.chat_template_kwargs ?? {};
  const effort = request.reasoning_effort;
  if (effort !== undefined && effort !== 'none') variables['reasoning_effort'] = effort;
  const enableThinking = thinking !== false && effort !== 'none';
  return {
    messages,
    jinja: true,
    reasoning_format: 'auto',
    enable_thinking: enableThinking,
    ...(request.tools && request.tools.length > 0 && { tools: request.tools }),
    tool_choice: request.tool_choice ?? 'auto',
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    ...(request.response_format && { response_format: request.response_format }),
    chat_template_kwargs: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
  };
}

function prefillOf(messages: readonly ChatMessage[]): string | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'assistant' || last.tool_calls?.length) return undefined;
  return last.content ?? undefined;
}

/** A template that always opens a thought would have the prefill continue inside of it. */
function withoutOpenThought({
  prompt,
  thinking_forced_open: open,
  thinking_start_tag: tag,
}: FormattedChat): string {
  if (open !== true || tag === undefined) return prompt;
  const start = prompt.lastIndexOf(tag);
  return start < 0 ? prompt : prompt.slice(0, start);
}
