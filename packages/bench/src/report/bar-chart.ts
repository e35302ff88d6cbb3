import { isOurs, pipeName } from '../servers/names.ts';
import type { RowResult } from './results.ts';
import { toStandings } from './standing.ts';
import { showFigure } from './terminal-table.ts';

const width = 720;
const left = 150;
const right = 150;
const lineHeight = 26;
const top = 44;

/**
 * Returns a row as an SVG of bars, the whiskers from the lowest to the highest round, the pipe as a line through all of
 * them. Colours follow the reader's light or dark scheme; nothing is told by colour alone.
 */
export function toBarChart(row: RowResult): string {
  const standings = toStandings(row);
  const scale =
    (width - left - right) / Math.max(...standings.map(({ figure }) => figure.max), Number.MIN_VALUE);
  const x = (figure: number) => round(left + Math.max(0, figure) * scale);
  const height = top + standings.length * lineHeight + 14;
  const bars = standings.map(({ label, figure, toPipe }, index) => {
    const y = top + index * lineHeight;
    const kind = isOurs(label) ? 'ours' : 'other';
    const ratio = toPipe === undefined || label === pipeName ? '' : ` (${toPipe.median.toFixed(2)} x)`;
    return [
      `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${escape(label)}</text>`,
      `<rect class="${kind}" x="${left}" y="${y + 2}" width="${round(x(figure.median) - left)}" height="16" rx="2"/>`,
      `<path class="whisker" d="M${x(figure.min)} ${y + 10}H${x(figure.max)}M${x(figure.min)} ${y + 6}v8M${x(figure.max)} ${y + 6}v8"/>`,
      `<text class="figure" x="${round(x(figure.max) + 8)}" y="${y + 14}">${showFigure(figure.median)} ${escape(row.unit)}${ratio}</text>`,
    ].join('\n');
  });
  const pipe = standings.find(({ label }) => label === pipeName);
  const line = pipe ? `<path class="pipe" d="M${x(pipe.figure.median)} ${top - 6}V${height - 8}"/>` : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(row.title)}">
<style>
text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.figure{fill:#57606a}
.ours{fill:#2f81f7}.other{fill:#8c959f}.whisker{stroke:#24292f;fill:none}.pipe{stroke:#24292f;stroke-dasharray:3 3;fill:none}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.figure{fill:#9198a1}.ours{fill:#4493f8}.other{fill:#6e7681}.whisker,.pipe{stroke:#e6edf3}}
</style>
<text class="title" x="${left}" y="22">${escape(row.title)}</text>
${bars.join('\n')}
${line}
</svg>
`;
}

function round(figure: number): number {
  return Math.round(figure * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
