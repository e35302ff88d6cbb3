import { Buffer } from 'node:buffer';
import type { ContentBlockParam, MessagesRequest } from '@llama-messages/core';

const longestTitle = 120;

/** Returns the beginning of what a request is about: of the last text of the user, or of a tool's result. */
export function toTitle({ messages }: MessagesRequest): string {
  const turn = messages.findLast(({ role }) => role === 'user') ?? messages.at(-1);
  if (turn === undefined) return '';
  const { content } = turn;
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  // Clients put reminders in front of the user's words.
  for (const block of blocks.toReversed()) {
    const text = toText(block);
    if (text !== '') return text;
  }
  return `[${blocks.at(-1)?.type ?? 'nothing'}]`;
}

function toText(block: ContentBlockParam): string {
  if (block.type === 'tool_result') return '[tool result]';
  if (!('text' in block) || typeof block.text !== 'string') return '';
  const text = block.text.replace(/<(system-reminder)>[\s\S]*?<\/\1>/g, '');
  const line = text
    .slice(0, longestTitle * 4)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestTitle);
  // A copy: a slice would keep the whole text in memory.
  return Buffer.from(line).toString();
}
