import { oncePerLasting } from '../memory/lasting.ts';
import type { CountTokensRequest, MessageParam, TextBlockParam } from '../messages/types.ts';
import { isBlank, toParts } from './content.ts';
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
): string | undefined {
  const texts = [toSystemText(request.system ?? []), ...openingTurns];
  if (leftOutTools.length > 0) {
    texts.push(
      `These tools are not available on this server, do not try to call them: ${leftOutTools.join(', ')}.`,
    );
  }
  return joinTexts(texts) || undefined;
}

function toSystemText(system: string | readonly TextBlockParam[]): string {
  return typeof system === 'string' ? withoutAttribution(system) : toBlocksText(system);
}

const toBlocksText = oncePerLasting((blocks: readonly TextBlockParam[]) =>
  joinTexts(blocks.map((block) => withoutAttribution(textOf([block])))),
);

function joinTexts(texts: readonly string[]): string {
  return texts.filter((text) => !isBlank(text)).join('\n\n');
}

/** Returns the text of a system turn inside `messages`, without the attribution line. */
export function toSystemTurnText(content: MessageParam['content']): string {
  return withoutAttribution(textOf(content));
}

/**
 * Returns `text` as a user's turn carries it: in the tags that Claude Code itself uses for models without system turns.
 * Most templates refuse a system message anywhere but at the beginning.
 */
export function toSystemReminder(text: string): string {
  return /^\s*<system-reminder>/.test(text) ? text : `<system-reminder>\n${text}\n</system-reminder>`;
}

/** A system prompt is text, whatever the model sees. */
const textOnly: ConvertOptions = { model: { id: '', vision: false }, traits: {} };

function textOf(content: MessageParam['content']): string {
  return toParts(content, textOnly)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .filter(Boolean)
    .join('\n\n');
}

function withoutAttribution(text: string): string {
  if (!text.startsWith(attribution)) return text;
  const end = text.indexOf('\n');
  return end === -1 ? '' : text.slice(end).replace(/^[\r\n]+/, '');
}
