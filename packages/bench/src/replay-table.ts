import type { Turn } from './run-replay.ts';
import { type Totals, toTotals } from './totals.ts';

/** Columns of {@link toTurnRow} and {@link toTotalRows}. */
export const replayColumns: readonly string[] = [
  'request',
  'prompt tokens',
  'reused',
  'share',
  'bound',
  'of the bound',
  'first event',
  'first token',
];

/** Returns the cells of one request. */
export function toTurnRow(turn: Turn): string[] {
  const name = `${turn.conversation} ${turn.request.replace(/-.*/, '')}`;
  if (turn.error !== undefined) {
    return [name, `refused: ${turn.status} ${turn.error.slice(0, 80)}`, '', '', '', '', '', ''];
  }
  return [name, ...toCounts(turn), toSeconds(turn.firstEventMs), toSeconds(turn.firstTokenMs)];
}

/** Returns the cells of the totals: of each conversation, then of all. */
export function toTotalRows(turns: readonly Turn[]): string[][] {
  const names = [...new Set(turns.map(({ conversation }) => conversation))];
  const rows = names.map((name): [string, Totals] => [
    `${name}, all`,
    toTotals(turns.filter(({ conversation }) => conversation === name)),
  ]);
  const all = toTotals(turns);
  const refused = all.refused > 0 ? ` (${all.refused} of ${all.requests} refused)` : '';
  return [...rows, [`all${refused}`, all] as const].map(([name, totals]) => [
    name,
    ...toCounts(totals),
    '',
    '',
  ]);
}

/** Returns `rows` below `columns`, as a Markdown table or in columns of one width for a terminal. */
export function toTable(columns: readonly string[], rows: readonly string[][], markdown: boolean): string {
  if (markdown) {
    const rule = columns.map((_, index) => (index > 0 && rows.every(hasFigure(index)) ? '---:' : '---'));
    return [columns, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }
  return [columns, ...rows].map(toTerminalLine).join('\n');
}

/** True of rows that have a figure in this column, or nothing: those stand at the right, words at the left. */
function hasFigure(index: number): (cells: readonly string[]) => boolean {
  return (cells) => /^(?:\**-?\d|$)/.test(cells[index] ?? '');
}

/** Returns the cells in columns that hold {@link replayColumns}. */
export function toTerminalLine(cells: readonly string[]): string {
  const [first = '', ...others] = cells;
  return [first.padEnd(26), ...others.map((cell) => cell.padStart(13))].join(' ').trimEnd();
}

function toCounts({
  promptTokens,
  cachedTokens,
  boundTokens,
}: Pick<Turn, 'promptTokens' | 'cachedTokens' | 'boundTokens'>): string[] {
  return [
    String(promptTokens),
    String(cachedTokens),
    toPercent(cachedTokens, promptTokens),
    boundTokens === undefined ? '' : toPercent(boundTokens, promptTokens),
    boundTokens === undefined || boundTokens === 0 ? '' : toPercent(cachedTokens, boundTokens),
  ];
}

function toPercent(part: number, whole: number): string {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`;
}

function toSeconds(ms: number | undefined): string {
  return ms === undefined ? '' : `${(ms / 1000).toFixed(2)} s`;
}
