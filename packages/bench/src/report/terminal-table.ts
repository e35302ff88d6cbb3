import type { Figures } from '../measure.ts';
import type { CostRow } from '../rows/row.ts';
import { toSpread } from './statistics.ts';

/** Returns the figures of a row as lines: the median, how far the rounds lie apart, and the ratio to the pipe. */
export function toTerminalTable({ unit }: CostRow, figures: Figures): string {
  const pipe = figures['pipe'];
  return Object.entries(figures)
    .map(([label, rounds]) => {
      const { median, min, max } = toSpread(rounds);
      const cells = [label.padEnd(18), median.toFixed(2).padStart(8), unit, `(${min.toFixed(2)} to ${max.toFixed(2)})`];
      if (pipe === undefined) return cells.join(' ');
      // Of the same round: what disturbed one server disturbed its neighbour.
      const ratio = toSpread(rounds.map((figure, round) => figure / (pipe[round] ?? Number.NaN)));
      return [...cells, `  ${ratio.median.toFixed(2)} x pipe (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`].join(' ');
    })
    .join('\n');
}
