import type { ChatMessage, ChatRequest, ChatTool } from '../chat/types.ts';
import { isSameJson } from '../same-json.ts';

/** Where a prompt stopped being the continuation of the one before, so that the upstream reads it again from there. */
export interface PrefixBreak {
  readonly where: 'tools' | 'system' | 'message';
  /** Which tool, or which message of the chat request; absent for the system prompt. */
  readonly index?: number;
  /** Characters in front of the break; templates add theirs. */
  readonly keptCharacters: number;
  /** Characters of the previous prompt behind the break: what its cache held in vain. */
  readonly lostCharacters: number;
}

export interface PrefixTrackerOptions {
  /**
   * Characters of prompts that are kept; the least recently used ones are forgotten.
   * @defaultValue 32 Mi, about 250 conversations of a coding agent
   */
  readonly maxCharacters?: number;
}

export interface PrefixTracker {
  /**
   * Returns where the prompt departs from the conversation's previous one, or undefined if it continues, repeats
   * or shortens it, or is the first. Remembers the prompt. Requests with tools and without are two lines of one
   * conversation: clients ask for its title in between.
   *
   * @param conversationId - with the owner in it, and the agent, if the conversation has several
   */
  compare(conversationId: string, chat: ChatRequest): PrefixBreak | undefined;
  /**
   * Adds the answer to `chat` to what the upstream has cached, so that the next comparison also finds an answer that came back
   * changed. Ignored if the conversation has gone on in the meantime.
   */
  append(conversationId: string, chat: ChatRequest, generated: ChatMessage): void;
}

/** One piece of the prompt. */
interface Segment {
  readonly where: PrefixBreak['where'];
  readonly index: number;
  /** A tool is written down only where it matters how long it is. */
  readonly content: string | ChatTool['function'];
  /** The last text of the last message: the next turn may go on behind it. */
  readonly mayGrow: boolean;
}

/** The texts of the prompt that a conversation sent last; those of its messages are shared with the request. */
interface Prompt {
  readonly segments: readonly Segment[];
  readonly characters: number;
}

/** Of an image that is a data URL: comparing megabytes is not worth the report. */
const imageSample = 2048;
/** What a tool is taken for where characters are counted. */
const toolCharacters = 2048;

/**
 * Returns a tracker that tells why a prompt cache was lost. It keeps each conversation's last prompt and compares text with
 * text, which costs a hundredth of hashing them.
 */
export function createPrefixTracker(options: PrefixTrackerOptions = {}): PrefixTracker {
  const { maxCharacters = 32 * 1024 * 1024 } = options;
  /** Least recently used first. */
  const previous = new Map<string, Prompt>();
  let characters = 0;

  function keep(key: string, segments: readonly Segment[]): void {
    forget(key);
    const prompt = { segments, characters: segments.reduce((sum, { content }) => sum + sizeOf(content), 0) };
    previous.set(key, prompt);
    characters += prompt.characters;
    for (const oldest of previous.keys()) {
      if (characters <= maxCharacters) break;
      forget(oldest);
    }
  }

  function forget(key: string): void {
    characters -= previous.get(key)?.characters ?? 0;
    previous.delete(key);
  }

  return {
    compare(conversationId, chat) {
      const key = keyOf(conversationId, chat);
      const before = previous.get(key)?.segments;
      const segments = toSegments(chat);
      keep(key, segments);
      return before && findBreak(before, segments);
    },
    append(conversationId, chat, generated) {
      const key = keyOf(conversationId, chat);
      const before = previous.get(key)?.segments;
      const index = chat.messages.length;
      if (before?.at(-1)?.index !== index - 1) return;
      const answer = toTexts(generated).map((content): Segment => ({
        where: 'message',
        index,
        content,
        mayGrow: false,
      }));
      keep(key, [...before.map((segment) => ({ ...segment, mayGrow: false })), ...answer]);
    },
  };
}

function keyOf(conversationId: string, chat: ChatRequest): string {
  return `${chat.tools?.length ? 'tools' : 'plain'}\0${conversationId}`;
}

function toSegments(chat: ChatRequest): Segment[] {
  const segments: Segment[] = (chat.tools ?? []).map((tool, index) => ({
    where: 'tools',
    index,
    content: tool.function,
    mayGrow: false,
  }));
  const last = chat.messages.length - 1;
  for (const [index, message] of chat.messages.entries()) {
    const where = message.role === 'system' ? 'system' : 'message';
    const texts = toTexts(message);
    for (const [position, content] of texts.entries()) {
      segments.push({ where, index, content, mayGrow: index === last && position === texts.length - 1 });
    }
  }
  return segments;
}

function findBreak(before: readonly Segment[], segments: readonly Segment[]): PrefixBreak | undefined {
  for (const [position, old] of before.entries()) {
    const segment = segments[position];
    // The client goes back to an earlier turn.
    if (segment === undefined) return undefined;
    const isSamePlace = old.where === segment.where && old.index === segment.index;
    if (isSamePlace && continues(old, segment)) continue;
    const kept = lengthOf(before.slice(0, position)) + (isSamePlace ? commonLength(old, segment) : 0);
    return {
      where: segment.where,
      ...(segment.where !== 'system' && { index: segment.index }),
      keptCharacters: kept,
      lostCharacters: lengthOf(before) - kept,
    };
  }
  return undefined;
}

function continues(old: Segment, segment: Segment): boolean {
  if (typeof old.content !== 'string' || typeof segment.content !== 'string') {
    return isSameJson(old.content, segment.content);
  }
  return old.mayGrow ? segment.content.startsWith(old.content) : segment.content === old.content;
}

function commonLength(old: Segment, segment: Segment): number {
  const [left, right] = [textOf(old), textOf(segment)];
  let length = 0;
  while (length < left.length && left.charCodeAt(length) === right.charCodeAt(length)) length += 1;
  return length;
}

function lengthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + textOf(segment).length, 0);
}

function textOf({ content }: Segment): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

function sizeOf(content: Segment['content']): number {
  return typeof content === 'string' ? content.length : toolCharacters;
}

/** Returns what a template renders of a message, text by text: joining them would copy the prompt. */
function toTexts(message: ChatMessage): string[] {
  const content = typeof message.content === 'string' ? [message.content] : toPartTexts(message.content);
  if (message.role !== 'assistant') return [message.role, ...content];
  const calls = (message.tool_calls ?? []).flatMap(({ function: call }) => [call.name, call.arguments]);
  return [message.role, message.reasoning_content ?? '', ...content, ...calls];
}

function toPartTexts(content: Exclude<ChatMessage['content'], string>): string[] {
  return (content ?? ['']).map((part) => {
    if (typeof part === 'string') return part;
    if (part.type === 'text') return part.text;
    const { url } = part.image_url;
    return url.length <= 2 * imageSample
      ? url
      : `${url.length}${url.slice(0, imageSample)}${url.slice(-imageSample)}`;
  });
}
