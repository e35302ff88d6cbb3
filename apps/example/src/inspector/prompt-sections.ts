import type { ChatRequest, TokenCount } from '@llama-messages/core';
import type { PromptSections } from './api.ts';

/** Characters of each section of a prompt. */
export interface PromptLengths {
  readonly system: number;
  readonly tools: number;
  readonly messages: number;
}

/** Asks the upstream how long a prompt is. */
export type CountTokens = (chat: ChatRequest, signal: AbortSignal) => Promise<TokenCount>;

/** An image takes about as many tokens as so many characters of text, however large its data is. */
const charactersPerImage = 4_000;

export function toPromptLengths({ messages, tools }: ChatRequest): PromptLengths {
  const lengths = { system: 0, messages: 0 };
  for (const message of messages) {
    lengths[message.role === 'system' ? 'system' : 'messages'] += lengthOf(message);
  }
  return { ...lengths, tools: tools?.length ? JSON.stringify(tools).length : 0 };
}

/** Returns `total` tokens shared out by length. */
export function estimateSections(lengths: PromptLengths, total: number): PromptSections {
  const characters = Math.max(1, lengths.system + lengths.tools + lengths.messages);
  const system = Math.round((lengths.system / characters) * total);
  const tools = Math.round((lengths.tools / characters) * total);
  return { system, tools, messages: Math.max(0, total - system - tools), counted: false };
}

/**
 * Returns the tokens of each section, counted by the upstream: of the whole prompt, without its tools, and without its
 * system prompt too. What a template adds counts where it is added for. Undefined if the upstream cannot count
 * exactly, or not such a part of a prompt.
 */
export async function countSections(
  chat: ChatRequest,
  count: CountTokens,
  signal: AbortSignal,
): Promise<PromptSections | undefined> {
  const { tools, tool_choice: _choice, ...withoutTools } = chat;
  const messages = chat.messages.filter(({ role }) => role !== 'system');
  if (messages.length === 0) return undefined;
  const hasSystem = messages.length < chat.messages.length;
  try {
    const all = await count(chat, signal);
    if (!all.exact) return undefined;
    const untooled = tools?.length ? await count(withoutTools, signal) : all;
    const bare = hasSystem ? await count({ ...withoutTools, messages }, signal) : untooled;
    return {
      system: Math.max(0, untooled.tokens - bare.tokens),
      tools: Math.max(0, all.tokens - untooled.tokens),
      messages: bare.tokens,
      counted: true,
    };
  } catch {
    return undefined;
  }
}

function lengthOf(message: ChatRequest['messages'][number]): number {
  let length = 0;
  if (typeof message.content === 'string') length += message.content.length;
  else {
    for (const part of message.content ?? []) {
      length += part.type === 'text' ? part.text.length : charactersPerImage;
    }
  }
  if (message.role !== 'assistant') return length;
  for (const { function: call } of message.tool_calls ?? [])
    length += call.name.length + call.arguments.length;
  return length + (message.reasoning_content?.length ?? 0);
}
