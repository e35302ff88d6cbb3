import type { ChatMessage, ChatRequest } from '../chat/types.ts';
import { hashRange } from './hash-range.ts';

/** Where a prompt stopped being the continuation of the one before, so that the upstream reads it again from there. */
export interface PrefixBreak {
  readonly where: 'tools' | 'system' | 'message';
  /** Which tool, or which message of the chat request; absent for the system prompt. */
  readonly index?: number;
  /** Characters in front of the break, to about 1000; templates add theirs. */
  readonly keptCharacters: number;
  /** Characters of the previous prompt behind the break: what its cache held in vain. */
  readonly lostCharacters: number;
}

export interface PrefixTrackerOptions {
  /** The least recently used ones are forgotten; one takes about 1 KiB for each 100 KiB of prompt. @defaultValue 1000 */
  readonly maxConversations?: number;
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

/** One text of the prompt. */
interface Segment {
  readonly where: PrefixBreak['where'];
  readonly index: number;
  readonly length: number;
  /** Of each {@link chunkLength} characters; the last one of the rest. */
  readonly hashes: readonly number[];
  /** The last text of the last message: the next turn may go on behind it. */
  readonly mayGrow: boolean;
}

const chunkLength = 1024;
/** Of an image that is a data URL: comparing megabytes is not worth the report. */
const imageSample = 2048;

/**
 * Returns a tracker that tells why a prompt cache was lost. It keeps hashes and lengths, no texts, and costs one pass over
 * the prompt's characters.
 */
export function createPrefixTracker(options: PrefixTrackerOptions = {}): PrefixTracker {
  const { maxConversations = 1000 } = options;
  /** Least recently used first. */
  const previous = new Map<string, readonly Segment[]>();

  return {
    compare(conversationId, chat) {
      const key = keyOf(conversationId, chat);
      const before = previous.get(key);
      const { segments, broken } = compareSegments(before, chat);
      previous.delete(key);
      previous.set(key, segments);
      for (const oldest of previous.keys()) {
        if (previous.size <= maxConversations) break;
        previous.delete(oldest);
      }
      return broken;
    },
    append(conversationId, chat, generated) {
      const key = keyOf(conversationId, chat);
      const before = previous.get(key);
      const index = chat.messages.length;
      if (before?.at(-1)?.index !== index - 1) return;
      const answer = toTexts(generated).map((text) => toSegment('message', index, text, false));
      previous.set(key, [...before.map((segment) => ({ ...segment, mayGrow: false })), ...answer]);
    },
  };
}

function keyOf(conversationId: string, chat: ChatRequest): string {
  return `${chat.tools?.length ? 'tools' : 'plain'}\0${conversationId}`;
}

function toSegment(where: PrefixBreak['where'], index: number, text: string, mayGrow: boolean): Segment {
  return { where, index, length: text.length, hashes: toHashes(text), mayGrow };
}

function compareSegments(
  before: readonly Segment[] | undefined,
  chat: ChatRequest,
): { segments: readonly Segment[]; broken: PrefixBreak | undefined } {
  const segments: Segment[] = [];
  let kept = 0;
  let broken: PrefixBreak | undefined;

  function add(where: PrefixBreak['where'], index: number, text: string, mayGrow: boolean): void {
    const segment = toSegment(where, index, text, mayGrow);
    const old = before?.[segments.length];
    segments.push(segment);
    if (before === undefined || old === undefined || broken) return;
    const isSamePlace = old.where === where && old.index === index;
    const common = isSamePlace ? commonLength(old, segment, text) : 0;
    kept += common;
    if (isSamePlace && common === old.length && (common === text.length || old.mayGrow)) return;
    const total = before.reduce((sum, { length }) => sum + length, 0);
    broken = {
      where,
      ...(where !== 'system' && { index }),
      keptCharacters: kept,
      lostCharacters: total - kept,
    };
  }

  for (const [index, tool] of (chat.tools ?? []).entries()) {
    add('tools', index, JSON.stringify(tool.function), false);
  }
  const last = chat.messages.length - 1;
  for (const [index, message] of chat.messages.entries()) {
    const where = message.role === 'system' ? 'system' : 'message';
    const texts = toTexts(message);
    for (const [position, text] of texts.entries()) {
      add(where, index, text, index === last && position === texts.length - 1);
    }
  }
  return { segments, broken };
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

function toHashes(text: string): number[] {
  const hashes: number[] = [];
  for (let start = 0; start < text.length; start += chunkLength) {
    hashes.push(hashRange(text, start, Math.min(start + chunkLength, text.length)));
  }
  return hashes;
}

/** Returns how long the beginning of `text` is that it shares with `old`, in whole chunks, or in full if all of `old` is there. */
function commonLength(old: Segment, segment: Segment, text: string): number {
  const whole = Math.floor(old.length / chunkLength);
  for (let chunk = 0; chunk < whole; chunk += 1) {
    if (old.hashes[chunk] !== segment.hashes[chunk]) return chunk * chunkLength;
  }
  const start = whole * chunkLength;
  if (start === old.length) return start;
  const isThere = text.length >= old.length && hashRange(text, start, old.length) === old.hashes[whole];
  return isThere ? old.length : start;
}
