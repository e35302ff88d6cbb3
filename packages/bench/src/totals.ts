import type { Turn } from './run-replay.ts';

/** The sums of several requests. Refused ones have no prompt, and count as refused only. */
export interface Totals {
  readonly requests: number;
  readonly refused: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Undefined if it is not known of every request that was answered. */
  readonly boundTokens: number | undefined;
}

/** Returns the sums of these requests. */
export function toTotals(turns: readonly Turn[]): Totals {
  const answered = turns.filter(({ error }) => error === undefined);
  const bounds = answered.flatMap(({ boundTokens }) => (boundTokens === undefined ? [] : [boundTokens]));
  return {
    requests: turns.length,
    refused: turns.length - answered.length,
    promptTokens: sum(answered.map(({ promptTokens }) => promptTokens)),
    cachedTokens: sum(answered.map(({ cachedTokens }) => cachedTokens)),
    boundTokens: bounds.length === answered.length ? sum(bounds) : undefined,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
