import type { ChatContentPart, ChatMessage } from '../chat/types.ts';
import type { MessageParam, ToolResultBlockParam } from '../messages/types.ts';
import type { AssistantTurn } from './assistant-turn.ts';
import { isKnownBlock, joinParts, textParts, toBlockParts, toBlocks, toParts } from './content.ts';
import type { ConvertOptions } from './options.ts';
import { toSystemReminder } from './system.ts';

/** One or more user messages in a row, with the system turns among them. */
export interface UserTurn {
  /** Tool calls of the assistant's turn before, whose results have not come yet, and the message each stands in. */
  readonly awaited: Map<string, number>;
  /** Ids of all calls that it answers, as the model made them. */
  readonly calls: readonly string[];
  /**
   * In the order of the calls: Claude Code sends what was done first first, and many templates show results without the
   * ids of their calls.
   */
  readonly results: { readonly id: string; readonly parts: ChatContentPart[] }[];
  /** Undefined until the user says something, which may be blank. */
  parts: ChatContentPart[] | undefined;
  /** System turns right behind the conversation's first user message; they go in front of the user's own words. */
  readonly front: ChatContentPart[];
  takesFront: boolean;
  /** System turns that came before the first result: nothing may stand between a call and its result. */
  readonly waiting: ChatContentPart[];
}

/** Returns the turn that answers `assistant`, or that begins the conversation. */
export function createUserTurn(assistant: AssistantTurn | undefined): UserTurn {
  return {
    awaited: new Map(assistant?.messageOfCall),
    calls: [...(assistant?.messageOfCall.keys() ?? [])],
    results: [],
    parts: undefined,
    front: [],
    takesFront: assistant === undefined,
    waiting: [],
  };
}

/** Adds a message to the turn: results of tools by themselves, everything else in order. */
export function addUserMessage(
  turn: UserTurn,
  content: MessageParam['content'],
  options: ConvertOptions,
): void {
  if (turn.front.length > 0) turn.takesFront = false;
  const parts: ChatContentPart[] = [];
  let hasResult = false;
  for (const block of toBlocks(content)) {
    if (!isKnownBlock(block) || block.type !== 'tool_result') {
      parts.push(...toBlockParts(block, options));
    } else if (turn.awaited.delete(block.tool_use_id)) {
      hasResult = true;
      turn.results.push({ id: block.tool_use_id, parts: toResultParts(block, options) });
    } else {
      // The call was cut off by compaction, say: refusing would end the session for good.
      parts.push(...toOrphanParts(block, options));
    }
  }
  const { calls, results } = turn;
  results.sort((left, right) => calls.indexOf(left.id) - calls.indexOf(right.id));
  if (hasResult) results.at(-1)?.parts.push(...turn.waiting.splice(0));
  if (parts.length > 0 || !hasResult) turn.parts = [...(turn.parts ?? []), ...parts];
}

/**
 * Folds a system turn, which is not blank, into the user's. The client's long opening one (environment, skills, date) goes in front of the
 * user's first words, where all conversations share it; later ones go to the end of what the template shows last.
 * Behind tool results they never open a user turn: templates drop the reasoning before the last one.
 */
export function addSystemTurn(turn: UserTurn, text: string): void {
  const reminder: ChatContentPart = { type: 'text', text: toSystemReminder(text) };
  if (turn.takesFront) turn.front.push(reminder);
  else if (turn.parts) turn.parts.push(reminder);
  else if (turn.results.length > 0) turn.results.at(-1)?.parts.push(reminder);
  else if (turn.awaited.size > 0) turn.waiting.push(reminder);
  else turn.parts = [reminder];
}

/** Returns the turn as messages: results right behind their calls, then the user's words. */
export function toUserMessages(turn: UserTurn): ChatMessage[] {
  const messages: ChatMessage[] = turn.results.map(({ id, parts }) => ({
    role: 'tool',
    tool_call_id: id,
    content: joinParts(parts),
  }));
  const parts = [...turn.front, ...(turn.parts ?? [])];
  if (turn.parts) messages.push({ role: 'user', content: joinParts(parts) });
  return messages;
}

function toOrphanParts(block: ToolResultBlockParam, options: ConvertOptions): ChatContentPart[] {
  const heading = `Result of tool call ${block.tool_use_id}:`;
  const content = joinParts(toResultParts(block, options));
  if (typeof content === 'string') return textParts(`${heading}\n${content}`);
  return [{ type: 'text', text: heading }, ...content];
}

function toResultParts(block: ToolResultBlockParam, options: ConvertOptions): ChatContentPart[] {
  const parts = toParts(block.content, options);
  const [first, ...rest] = parts;
  if (!block.is_error || (first?.type === 'text' && /^\s*(<tool_use_error>|error\b)/i.test(first.text)))
    return parts;
  return first?.type === 'text'
    ? [{ type: 'text', text: `Error: ${first.text}` }, ...rest]
    : [{ type: 'text', text: first ? 'Error:' : 'Error: no details' }, ...parts];
}
