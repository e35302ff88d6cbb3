import type { RowResult } from './results.ts';
import { toStandings } from './standing.ts';

/** How a server of ours stands beside what is still tolerated of it. */
export interface Allowance {
  readonly label: string;
  /** Times what the bar allows, in the best round: whatever else the machine does only makes a figure worse. */
  readonly best: number;
  /** Times what the bar allows at most. */
  readonly atMost: number;
}

/** A change that makes something cost twice what it may was not a little careless. */
const tolerated = 2;

/** Returns what a row tolerates: twice its bar, or twice what it takes today where the bar is not met yet. */
export function toTolerated({ bar }: RowResult): number {
  return tolerated * Math.max(1, bar.kind === 'relative' ? (bar.today ?? 1) : 1);
}

/** Returns how each server of ours stands beside what is tolerated, in the order that they were measured in. */
export function toAllowances(row: RowResult): Allowance[] {
  return toStandings(row).flatMap(({ label, ofBar }) =>
    ofBar === undefined ? [] : [{ label, best: ofBar.min, atMost: toTolerated(row) }],
  );
}
