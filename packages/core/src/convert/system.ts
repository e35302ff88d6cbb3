import type { CountTokensRequest, MessageParam } from '../messages/types.ts';
import { toParts } from './content.ts';
import type { ConvertOptions } from './options.ts';

const attribution = 'x-anthropic-billing-header:';

/**
 * Returns the one system prompt: the blocks of `system`, then system turns that come before any other, then a word
 * about tools that cannot be offered. Undefined if there is nothing to say.
 *
 * Claude Code's attribution line is dropped: it stands at the very first byte and differs from conversation to
 * conversation, so every new one would read its whole prompt again (measured: 11.8 s instead of 0.11 s).
 */
export function toSystemPrompt(
  request: CountTokensRequest,
  openingTurns: readonly string[],
  leftOutTools: readonly string[],
  options: ConvertOptions,
): string | undefined {
  const { system } = request;
  const blocks =
    typeof system === 'string' ? [system] : (system ?? []).map((block) => textOf([block], options));
  const texts = [...blocks, ...openingTurns].map(withoutAttribution);
  if (leftOutTools.length > 0) {
    texts.push(
      `These tools are not available on this server, do not try to call them: ${leftOutTools.join(', ')}.`,
    );
  }
  const prompt = texts.filter((text) => /\S/.test(text)).join('\n\n');
  return prompt === '' ? undefined : prompt;
}

/** Returns the text of a system turn inside `messages`, without the attribution line. */
export function toSystemTurnText(content: MessageParam['content'], options: ConvertOptions): string {
  return withoutAttribution(textOf(content, options));
}

/**
 * Returns `text` as a user's turn carries it: in the tags that Claude Code itself uses for models without system turns.
 * Most templates refuse a system message anywhere but at the beginning.
 */
export function toSystemReminder(text: string): string {
  return /^\s*<system-reminder>/.test(text) ? text : `<system-reminder>\n${text}\n</system-reminder>`;
}

function textOf(content: MessageParam['content'], options: ConvertOptions): string {
  return toParts(content, options)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .filter(Boolean)
    .join('\n\n');
}

function withoutAttribution(text: string): string {
  if (!text.startsWith(attribution)) return text;
  const end = text.indexOf('\n');
  return end === -1 ? '' : text.slice(end).replace(/^[\r\n]+/, '');
}
