import type { ExchangeState, ExchangeSummary } from '../../../src/ui/api.ts';

export const kinds = ['all', 'running', 'failed', 'aborted', 'cache lost'] as const;
export type Kind = (typeof kinds)[number];

/** Returns whether an exchange has no end yet. */
export function isRunning(state: ExchangeState): boolean {
  return state !== 'completed' && state !== 'failed' && state !== 'aborted';
}

/** A few hundred tokens; less is lost each time two requests of a conversation differ in their last words. */
const leastLostCharacters = 1_000;

/** Returns whether a part of the cache was lost that is worth a word. */
export function hasLostCache({ prefixBreak, tokens }: ExchangeSummary): boolean {
  if (!prefixBreak) return false;
  return (
    prefixBreak.lostCharacters >= leastLostCharacters ||
    (tokens !== undefined && tokens.cached < tokens.input)
  );
}

/** Returns those of a kind with every word of `text` somewhere in what the list shows. */
export function filterExchanges(
  all: readonly ExchangeSummary[],
  kind: Kind,
  text: string,
): readonly ExchangeSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((summary) => isOfKind(summary, kind) && hasWords(summary, words));
}

function isOfKind(summary: ExchangeSummary, kind: Kind): boolean {
  switch (kind) {
    case 'all':
      return true;
    case 'running':
      return isRunning(summary.state);
    case 'failed':
    case 'aborted':
      return summary.state === kind;
    case 'cache lost':
      return hasLostCache(summary);
    default:
      return kind satisfies never;
  }
}

function hasWords(summary: ExchangeSummary, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { id, client, title, model, upstreamModel = '', state, stopReason = '', error } = summary;
  const text = [id, client, title, model, upstreamModel, state, stopReason, error?.message ?? ''].join(' ');
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}
