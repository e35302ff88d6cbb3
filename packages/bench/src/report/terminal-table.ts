import type { RowResult } from './results.ts';
import { toStandings } from './standing.ts';
import type { Spread } from './statistics.ts';

/** Returns a row's result as lines, one for each server. */
export function toTerminalTable(row: RowResult): string {
  const lines = toStandings(row).map(({ label, figure, toPipe, ofBar }) =>
    [
      `  ${label.padEnd(24)}`,
      `${showFigure(figure.median)} ${row.unit}`.padStart(11),
      `(${showFigure(figure.min)} to ${showFigure(figure.max)})`.padEnd(18),
      (toPipe === undefined ? '' : `${toPipe.median.toFixed(2)} x pipe`).padStart(13),
      (ofBar === undefined ? '' : `${showShare(ofBar)} of the bar`).padStart(18),
    ].join(' '),
  );
  return [row.title, ...lines].join('\n');
}

/** Returns a figure with three digits that count. */
export function showFigure(figure: number): string {
  return figure.toFixed(Math.max(0, Math.min(2, 2 - Math.floor(Math.log10(Math.abs(figure) || 1)))));
}

export function showShare({ median }: Spread): string {
  return `${Math.round(median * 100)} %`;
}
