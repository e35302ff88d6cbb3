import type { ChatMessage, ChatRequest } from '../chat/types.ts';
import { isSameJson } from '../same-json.ts';
import { makeLasting } from './lasting.ts';
import { findPrefixBreak, type PrefixBreak, type Prompt } from './prefix-break.ts';

export interface PromptMemoryOptions {
  /**
   * Characters of prompts that are kept; the least recently used ones are forgotten. A character takes one byte or two, and about
   * one more for its JSON.
   * @defaultValue 32 Mi, about 250 conversations of a coding agent
   */
  readonly maxCharacters?: number;
}

/** A request as the next one of its conversation. */
export interface NextPrompt {
  /** The same to the letter; what the previous prompt had, too, are objects that last. */
  readonly chat: ChatRequest;
  /** Undefined if it continues, repeats or shortens the previous prompt, or is the first. */
  readonly prefixBreak: PrefixBreak | undefined;
}

/** The prompt that each conversation sent last. */
export interface PromptMemory {
  /**
   * Remembers a prompt as its conversation's last, and returns where it departs from the one before, and the request with
   * every message that the one before had at the same place replaced by that object: what is made of it (see
   * {@link oncePerLasting}) need not be made again. Changes nothing it is given.
   *
   * Requests with tools and without are two lines of one conversation: clients ask for its title in between.
   *
   * @param conversationId - with the owner in it, and the agent, if the conversation has several
   */
  next(conversationId: string, chat: ChatRequest): NextPrompt;
  /**
   * Adds the answer to `chat` to what the upstream has cached, so that the next comparison also finds an answer that came back
   * changed. Ignored if the conversation has gone on in the meantime.
   */
  append(conversationId: string, chat: ChatRequest, generated: ChatMessage): void;
}

/** What a tool is taken for where characters are counted; it is shared with other conversations. */
const toolCharacters = 2048;

interface Entry extends Prompt {
  readonly characters: number;
}

/**
 * Returns a memory of prompts. A conversation sends all of itself with each turn: to compare it with the last turn costs a
 * hundredth of writing it as JSON, and tells why a prompt cache was lost.
 */
export function createPromptMemory(options: PromptMemoryOptions = {}): PromptMemory {
  const { maxCharacters = 32 * 1024 * 1024 } = options;
  /** Least recently used first. */
  const entries = new Map<string, Entry>();
  let characters = 0;

  function keep(key: string, prompt: Prompt): void {
    forget(key);
    const entry = { characters: charactersOf(prompt), ...prompt };
    entries.set(key, entry);
    characters += entry.characters;
    for (const oldest of entries.keys()) {
      if (characters <= maxCharacters) break;
      forget(oldest);
    }
  }

  function forget(key: string): void {
    characters -= entries.get(key)?.characters ?? 0;
    entries.delete(key);
  }

  return {
    next(conversationId, chat) {
      const key = keyOf(conversationId, chat);
      const before = entries.get(key);
      const messages = before
        ? chat.messages.map((message, at) => recall(message, before.messages[at]))
        : chat.messages;
      const prompt: Prompt = { tools: chat.tools ?? [], messages, isAnswered: false };
      keep(key, prompt);
      return { chat: { ...chat, messages }, prefixBreak: before && findPrefixBreak(before, prompt) };
    },
    append(conversationId, chat, generated) {
      const key = keyOf(conversationId, chat);
      const before = entries.get(key);
      if (!before || before.isAnswered || before.messages.length !== chat.messages.length) return;
      keep(key, { tools: before.tools, messages: [...before.messages, generated], isAnswered: true });
    },
  };
}

function keyOf(conversationId: string, chat: ChatRequest): string {
  return `${chat.tools?.length ? 'tools' : 'plain'}\0${conversationId}`;
}

function recall(message: ChatMessage, before: ChatMessage | undefined): ChatMessage {
  return before && isSameJson(before, message) ? makeLasting(before) : message;
}

function charactersOf({ tools, messages }: Prompt): number {
  let characters = tools.length * toolCharacters;
  for (const message of messages) {
    characters += contentLength(message.content);
    if (message.role !== 'assistant') continue;
    characters += message.reasoning_content?.length ?? 0;
    for (const { function: called } of message.tool_calls ?? []) characters += called.arguments.length;
  }
  return characters;
}

function contentLength(content: ChatMessage['content']): number {
  if (typeof content === 'string' || !content) return content?.length ?? 0;
  return content.reduce(
    (sum, part) => sum + (part.type === 'text' ? part.text : part.image_url.url).length,
    0,
  );
}
