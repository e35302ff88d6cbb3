import type { ChatMessage, ChatTool } from '../chat/types.ts';
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

/** What the upstream has in its cache after a request, as far as is known. */
export interface Prompt {
  readonly tools: readonly ChatTool[];
  readonly messages: readonly ChatMessage[];
  /** The last message is the answer. */
  readonly isAnswered: boolean;
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

/** Of an image that is a data URL: comparing megabytes is not worth the report. */
const imageSample = 2048;
/** Returns where a prompt departs from the one before it, or undefined if it continues, repeats or shortens that. */
export function findPrefixBreak(before: Prompt, prompt: Prompt): PrefixBreak | undefined {
  if (isWhole(before, prompt)) return undefined;
  return findBreak(toSegments(before), toSegments(prompt));
}

/** Returns whether there is nothing to look for: all is the same object, as in nearly every turn. */
function isWhole(before: Prompt, prompt: Prompt): boolean {
  return (
    before.tools.length === prompt.tools.length &&
    before.tools.every((tool, at) => tool.function === prompt.tools[at]?.function) &&
    // Or it goes back to an earlier turn.
    before.messages.slice(0, prompt.messages.length).every((message, at) => message === prompt.messages[at])
  );
}

function toSegments({ tools, messages, isAnswered }: Prompt): Segment[] {
  const segments: Segment[] = tools.map((tool, index) => ({
    where: 'tools',
    index,
    content: tool.function,
    mayGrow: false,
  }));
  const last = isAnswered ? -1 : messages.length - 1;
  for (const [index, message] of messages.entries()) {
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
