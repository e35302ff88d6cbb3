import { isOurs, pipeName } from '../servers/names.ts';
import { escapeXml, toCoordinate, toSvg } from './chart-style.ts';
import type { RowResult } from './results.ts';
import { toStandings } from './standing.ts';
import { showFigure } from './terminal-table.ts';

const width = 750;
/** For the longest label, `/v1/chat/completions`. */
const left = 160;
const right = 150;
const lineHeight = 26;
const top = 40;

/**
 * Returns a row as bars of the medians, with whiskers from the lowest to the highest round, and a dashed line where the
 * pipe is.
 */
export function toBarChart(row: RowResult): string {
  const standings = toStandings(row);
  const longest = Math.max(...standings.map(({ figure }) => figure.max), Number.MIN_VALUE);
  const x = (figure: number) => toCoordinate(left + (Math.max(0, figure) * (width - left - right)) / longest);
  const height = top + standings.length * lineHeight + 14;
  const bars = standings.map(({ label, figure, toPipe }, index) => {
    const y = top + index * lineHeight;
    const [from, to] = [x(figure.min), x(figure.max)];
    const ratio = toPipe === undefined || label === pipeName ? '' : `, ${toPipe.median.toFixed(2)} x`;
    return [
      `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${escapeXml(label)}</text>`,
      `<rect class="${isOurs(label) ? 'ours' : 'other'}" x="${left}" y="${y + 2}" width="${toCoordinate(x(figure.median) - left)}" height="16" rx="2"/>`,
      `<path class="mark" d="M${from} ${y + 10}H${to}M${from} ${y + 6}v8M${to} ${y + 6}v8"/>`,
      `<text class="figure" x="${toCoordinate(to + 8)}" y="${y + 14}">${showFigure(figure.median)} ${escapeXml(row.unit)}${ratio}</text>`,
    ].join('\n');
  });
  const pipe = standings.find(({ label }) => label === pipeName);
  return toSvg(row.title, width, height, [
    `<text class="title" x="0" y="22">${escapeXml(row.title)}</text>`,
    ...bars,
    ...(pipe ? [`<path class="mark dashed" d="M${x(pipe.figure.median)} ${top - 4}V${height - 10}"/>`] : []),
  ]);
}
