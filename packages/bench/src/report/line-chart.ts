import { escapeXml, toCoordinate, toSvg } from './chart-style.ts';
import { showFigure } from './terminal-table.ts';

const [width, height] = [720, 240];
const [left, right, top, bottom] = [70, 20, 40, 36];

/** A figure over time. */
export interface LineChart {
  readonly title: string;
  readonly unit: string;
  readonly timeUnit: string;
  readonly points: readonly { readonly time: number; readonly figure: number }[];
}

/** Returns a line from zero up, so that what is flat looks flat. */
export function toLineChart({ title, unit, timeUnit, points }: LineChart): string {
  const end = Math.max(...points.map(({ time }) => time));
  const highest = Math.max(...points.map(({ figure }) => figure));
  const x = (time: number) => toCoordinate(left + (time / end) * (width - left - right));
  const y = (figure: number) => toCoordinate(height - bottom - (figure / highest) * (height - top - bottom));
  const path = points.map(({ time, figure }, index) => `${index === 0 ? 'M' : 'L'}${x(time)} ${y(figure)}`);
  return toSvg(title, width, height, [
    `<text class="title" x="${left}" y="22">${escapeXml(title)}</text>`,
    `<path class="mark" d="M${left} ${top}V${height - bottom}H${width - right}"/>`,
    `<text class="figure" x="${left - 8}" y="${y(highest) + 5}" text-anchor="end">${showFigure(highest)} ${escapeXml(unit)}</text>`,
    `<text class="figure" x="${left - 8}" y="${height - bottom}" text-anchor="end">0</text>`,
    `<text class="figure" x="${width - right}" y="${height - 12}" text-anchor="end">${showFigure(end)} ${escapeXml(timeUnit)}</text>`,
    `<path class="line" d="${path.join('')}"/>`,
  ]);
}
