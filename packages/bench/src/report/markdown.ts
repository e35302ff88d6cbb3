import { toTable } from '../replay-table.ts';
import { isOurs, pipeName } from '../servers/names.ts';
import { showFigure, showShare } from './terminal-table.ts';
import type { Bar, BenchResults, InstallResult, RowResult } from './results.ts';
import { toStandings } from './standing.ts';

/** Returns a table of a row: the median of the rounds, the lowest and the highest, the ratio, the part of the bar. */
export function toRowTable(row: RowResult): string {
  const hasRatio = row.bar.kind === 'relative' && row.figures[pipeName] !== undefined;
  const lines = toStandings(row).map(({ label, figure, toPipe, ofBar }) => [
    isOurs(label) ? `**${label}**` : label,
    `${showFigure(figure.median)} ${row.unit}`,
    `${showFigure(figure.min)} to ${showFigure(figure.max)}`,
    ...(hasRatio ? [toPipe === undefined ? '' : `${toPipe.median.toFixed(2)} x`] : []),
    ofBar === undefined ? '' : `${showShare(ofBar)}${ofBar.median <= 1 ? '' : ' ✗'}`,
  ]);
  const head = [
    '',
    'median',
    'rounds',
    ...(hasRatio ? ['to the pipe'] : []),
    `of the bar (${describeBar(row.bar, row.unit)})`,
  ];
  return toTable(head, lines, true);
}

/** Returns in words what a bar allows. */
function describeBar(bar: Bar, unit: string): string {
  if (bar.kind === 'none') return 'none';
  if (bar.kind === 'absolute') return `${bar.atMost} ${unit}`;
  const pipe = bar.pipe === 1 ? 'the pipe' : `${bar.pipe} x the pipe`;
  const framework = bar.pipeInFramework === undefined ? '' : `, ${bar.pipeInFramework} x in a framework`;
  return `${pipe}${framework}${bar.reference === undefined ? '' : ` + ${bar.reference} x parse and stringify`}`;
}

/** Returns a table of what comes with an installation. */
export function toInstallTable({ ours, framework }: InstallResult): string {
  const lines = ours.map(({ name, version, bytes, why }) => [`${name} ${version}`, kilobytes(bytes), why]);
  const total = ours.reduce((sum, { bytes }) => sum + bytes, 0);
  lines.push([
    `**${ours.length} packages**`,
    `**${kilobytes(total)}**`,
    `${framework.name} itself: ${framework.packages} more, ${kilobytes(framework.bytes)}, which its users have`,
  ]);
  return toTable(['package', 'installed', 'what for'], lines, true);
}

/** Returns the medians of two runs side by side, for the servers that are in both. */
export function toComparison(before: BenchResults, after: BenchResults, labels: readonly string[]): string {
  const lines = after.rows.flatMap((row) => {
    const earlier = before.rows.find(({ name }) => name === row.name);
    if (!earlier) return [];
    const was = new Map(toStandings(earlier).map((standing) => [standing.label, standing]));
    return toStandings(row)
      .filter(({ label }) => labels.includes(label) && was.has(label))
      .map(({ label, figure, toPipe, ofBar }) => {
        const old = was.get(label);
        const show = (median: number, ratio: number | undefined, share: number | undefined) =>
          [
            `${showFigure(median)} ${row.unit}`,
            ratio && `${ratio.toFixed(2)} x`,
            share && `${Math.round(share * 100)} %`,
          ]
            .filter(Boolean)
            .join(', ');
        return [
          row.title,
          label,
          old ? show(old.figure.median, old.toPipe?.median, old.ofBar?.median) : '',
          show(figure.median, toPipe?.median, ofBar?.median),
        ];
      });
  });
  return toTable(['row', 'server', 'before: median, to the pipe, of the bar', 'after'], lines, true);
}

function kilobytes(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.round(bytes / 1000)} kB`;
}
