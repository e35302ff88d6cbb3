import { isInFramework, pipeName, isOurs } from '../servers/names.ts';
import { referenceLabel } from '../rows/row.ts';
import type { Figures, RowResult } from './results.ts';
import { type Spread, toSpread } from './statistics.ts';

/** How a server stands in a row. */
export interface Standing {
  readonly label: string;
  readonly figure: Spread;
  /** To the pipe's figure of the same round: what disturbs one server disturbs its neighbours. */
  readonly toPipe: Spread | undefined;
  /** The part of what the bar allows in the same round; 1 and below is met. Undefined for what is not ours. */
  readonly ofBar: Spread | undefined;
}

/** Returns how each server of a row stands, in the order that they were measured in. */
export function toStandings(row: RowResult): Standing[] {
  return Object.entries(row.figures).map(([label, figures]) => ({
    label,
    figure: toSpread(figures),
    // Differences, which may be negative, and times that the upstream sets have no ratio.
    toPipe:
      row.bar.kind === 'relative'
        ? toSpreadOfRatios(figures, (round) => figuresBeside(row, label)[pipeName]?.[round])
        : undefined,
    ofBar: isOurs(label) ? toSpreadOfRatios(figures, (round) => allowed(row, label, round)) : undefined,
  }));
}

/** Returns the figures of the rounds that a server was measured in. */
function figuresBeside({ figures, beside }: RowResult, label: string): Figures {
  return beside?.[label] ?? figures;
}

/** Returns what the bar allows a server in a round; undefined if what it is measured by is missing. */
function allowed(row: RowResult, label: string, round: number): number | undefined {
  const { bar } = row;
  if (bar.kind === 'none') return undefined;
  if (bar.kind === 'absolute') return bar.atMost;
  const figures = figuresBeside(row, label);
  const pipe = figures[pipeName]?.[round];
  const reference = bar.reference === undefined ? 0 : figures[referenceLabel]?.[round];
  if (pipe === undefined || reference === undefined) return undefined;
  const times = isInFramework(label) ? (bar.pipeInFramework ?? bar.pipe) : bar.pipe;
  return pipe * times + reference * (bar.reference ?? 0);
}

function toSpreadOfRatios(
  figures: readonly number[],
  base: (round: number) => number | undefined,
): Spread | undefined {
  const ratios = figures.flatMap((figure, round) => {
    const divisor = base(round);
    return divisor === undefined ? [] : [figure / divisor];
  });
  return ratios.length === 0 ? undefined : toSpread(ratios);
}
