import { toTable } from '../replay-table.ts';
import type { SoakReport } from '../soak/soak.ts';
import { findFaults, toGrowth } from '../soak/soak-faults.ts';
import { describeMeasurement } from './machine.ts';
import { toLineChart } from './line-chart.ts';

/** Returns what a soak found, in Markdown; the plot of it stands at `plot`. */
export function toSoakSection(report: SoakReport, plot: string): string {
  const { totals, minutes, streams, server, samples } = report;
  const faults = findFaults(report);
  const growth = toGrowth(samples.map(({ heapMiB }) => heapMiB));
  const lines = [
    ['answers read to their end', totals.complete],
    ['given up by the client', totals.aborted],
    ['cut, and told so to the client', totals.cut],
    ['reset by the upstream', report.upstreamResets],
    ['refused', totals.refused],
    ['tokens that came, each numbered', totals.tokens],
    ['lost', totals.lost],
    ['came twice', totals.duplicated],
    ['answers of the upstream that were given up', report.upstreamGivenUp],
    ['answers of the upstream left open at the end', report.leftOpen],
  ].map(([name, count]) => [String(name), String(count)]);
  lines.push(['heap at its lowest, last quarter to second quarter', `${growth.toFixed(2)} x`]);
  return [
    describeMeasurement(report),
    `${minutes} minutes, ${streams} streams at \`${server}\`: ${faults.length === 0 ? 'no faults' : faults.join('; ')}.`,
    `![Memory over time](${plot})`,
    toTable(['', ''], lines, true),
  ].join('\n\n');
}

/** Returns the heap of the server over the time of a soak. */
export function toSoakChart({ samples }: SoakReport): string {
  return toLineChart({
    title: 'heap of the server, after garbage collections',
    unit: 'MiB',
    timeUnit: 'min',
    points: samples.map(({ minute, heapMiB }) => ({ time: minute, figure: heapMiB })),
  });
}
