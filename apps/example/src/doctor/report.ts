import { styleText } from 'node:util';
import type { Check, Verdict } from './check.ts';

const titles: Readonly<Record<string, string>> = {
  reachable: 'reachable',
  server: 'server',
  model: 'model',
  context: 'context window',
  template: 'chat template',
  slots: 'slots',
  vision: 'images',
  metrics: 'metrics',
  access: 'access',
  answer: 'test request',
  tools: 'tool calls',
  thinking: 'thinking',
  'prompt-speed': 'reading',
  cache: 'prompt cache',
  'cache-ram': 'prompt cache',
  similarity: 'prompt cache',
};

const colors = { ok: 'green', warning: 'yellow', problem: 'red', unknown: 'dim' } as const satisfies Record<
  Verdict,
  Parameters<typeof styleText>[0]
>;

const width = 80;
const verdictWidth = 9;
const titleWidth = 16;
const indent = 2 + verdictWidth + titleWidth;

/** Returns the lines of a check: verdict, what it is about, what was found, and below what to change; 80 columns wide. */
export function toText({ id, verdict, found, remedy }: Check, isColored: boolean): string {
  const paint = (text: string): string =>
    isColored ? styleText(colors[verdict], text, { validateStream: false }) : text;
  const head = `  ${paint(verdict.padEnd(verdictWidth))}${(titles[id] ?? id).padEnd(titleWidth)}`;
  const lines = [...wrap(found, width - indent), ...(remedy === undefined ? [] : wrapRemedy(remedy))];
  return lines.map((line, index) => (index === 0 ? head : ' '.repeat(indent)) + line).join('\n');
}

function wrapRemedy(remedy: string): string[] {
  return wrap(remedy, width - indent - 3).map((line, index) => (index === 0 ? '-> ' : '   ') + line);
}

/** A word that is longer than a line, such as a path, stays whole. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
