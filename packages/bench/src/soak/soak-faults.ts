import { quantile } from '../report/statistics.ts';
import type { SoakReport } from './soak.ts';

/** By how much the memory of the last quarter may be above that of the second: garbage collection is not exact. */
const toleratedGrowth = 1.1;

/** Returns what a soak found wrong, in sentences; nothing if all is well. */
export function findFaults({ totals, leftOpen, samples, upstreamResets }: SoakReport): string[] {
  const faults: string[] = [];
  if (totals.lost > 0) faults.push(`${totals.lost} tokens were lost`);
  if (totals.duplicated > 0) faults.push(`${totals.duplicated} tokens came twice`);
  if (totals.refused > 0) faults.push(`${totals.refused} requests were refused`);
  const unexplained = totals.cut - upstreamResets;
  if (unexplained > 0) faults.push(`${unexplained} answers were cut that the upstream did not reset`);
  if (leftOpen > 0) faults.push(`${leftOpen} answers of the upstream went on though no client was left`);
  const growth = toGrowth(samples.map(({ heapMiB }) => heapMiB));
  if (growth > toleratedGrowth) {
    faults.push(`the heap grew to ${growth.toFixed(2)} times what it was`);
  }
  return faults;
}

/**
 * Returns what the lowest tenth of the last quarter is, times that of the second; the first is for warming up. The lowest,
 * because the rest is the texts of answers that happen to be open, and those are of any length.
 */
export function toGrowth(figures: readonly number[]): number {
  const quarter = Math.ceil(figures.length / 4);
  return quantile(figures.slice(-quarter), 0.1) / quantile(figures.slice(quarter, 2 * quarter), 0.1);
}
