import type { ExchangeReport } from './report.ts';

/**
 * Returns how fast the answer was generated: the tokens after the first one, by the time from the first to the end.
 * A client that reads slowly slows this down too.
 *
 * @returns undefined if the answer has fewer than two tokens, if it is not known when the first one came, and for an
 * attached request, which gets at once what was generated before
 */
export function tokensPerSecond({
  attached,
  usage,
  firstTokenMs,
  durationMs,
}: Pick<ExchangeReport, 'attached' | 'usage' | 'firstTokenMs' | 'durationMs'>): number | undefined {
  if (attached || firstTokenMs === undefined || usage.output_tokens < 2 || durationMs <= firstTokenMs)
    return undefined;
  return ((usage.output_tokens - 1) * 1_000) / (durationMs - firstTokenMs);
}
