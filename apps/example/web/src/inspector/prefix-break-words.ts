import type { ExchangeDetail } from '../../../src/ui/api.ts';
import { formatNumber } from '../server/format.ts';

/** Where a prompt left what the model server had cached, for people. */
export interface PrefixBreakWords {
  readonly where: string;
  readonly cost: string;
  /** The usual reasons. */
  readonly why: string;
  /** In the chat request. */
  readonly path: readonly (string | number)[];
}

/** Returns what the break of an exchange means; undefined if there is none. */
export function toPrefixBreakWords({
  prefixBreak,
  chatRequests,
}: Pick<ExchangeDetail, 'prefixBreak' | 'chatRequests'>): PrefixBreakWords | undefined {
  if (!prefixBreak) return undefined;
  const { where, index, keptCharacters, lostCharacters } = prefixBreak;
  const chat = chatRequests.at(-1)?.chat.value;
  const kept =
    keptCharacters === 0
      ? 'It stands at the very beginning of the prompt.'
      : `About ${formatNumber(keptCharacters)} characters in front of it could be reused.`;
  const cost = `${kept} The ${formatNumber(lostCharacters)} characters that the previous request had from there on were cached in vain, and what stands there now was read anew.`;
  const at = index ?? 0;
  switch (where) {
    case 'tools': {
      const name = read(chat, ['tools', at, 'function', 'name']);
      const named = typeof name === 'string' ? ` (${name})` : '';
      return {
        where: `At tools[${at}]${named}: it is not what stood there in the conversation's previous request.`,
        cost,
        why: 'Tools come first in a prompt, so a tool that is added, removed, moved or reworded costs the whole of it. MCP servers that connect late do this, and tool descriptions with a date or a list of files in them.',
        path: ['tools', at],
      };
    }
    case 'system':
      return {
        where: "In the system prompt: it is not the one of the conversation's previous request.",
        cost,
        why: 'Something in it changes from request to request: a date, the state of a repository, a list of files, a memory file that was edited.',
        path: ['messages', 0],
      };
    case 'message': {
      const role = read(chat, ['messages', at, 'role']);
      const named = typeof role === 'string' ? ` (${role})` : '';
      return {
        where: `At messages[${at}]${named}: it came back other than it was sent before.`,
        cost,
        why: 'The client has edited, cleared or summed up an earlier turn, such as an old tool result, or has gone back to an earlier point.',
        path: ['messages', at],
      };
    }
    default:
      return where satisfies never;
  }
}

function read(value: unknown, path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}
