import { beforeEach, expect, test, vi } from 'vitest';
import { checkRow } from './check-regressions.ts';
import type { Row } from './rows/row.ts';
import type { Stage } from './stage.ts';

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

/** A row in which each server takes as much as `times` says of this attempt, from 1, in times of the bar. */
function rowOf(times: (label: string, attempt: number) => number) {
  const asked: (readonly string[])[] = [];
  const row: Row = {
    name: 'row',
    async measure(_stage, { labels }) {
      asked.push(labels);
      const figures = Object.fromEntries(
        labels.map((label) => [label, [label === 'pipe' ? 10 : 10 * times(label, asked.length)]]),
      );
      return [{ name: 'row', title: 'a token', unit: 'µs', bar: { kind: 'relative', pipe: 1 }, figures }];
    },
  };
  return { row, asked };
}

/** Nothing is started: the row measures nothing. */
const stage = {} as Stage;

test('what is tolerated is measured once', async () => {
  const { row, asked } = rowOf(() => 1.9);

  expect(await checkRow(row, stage)).toEqual([]);
  expect(asked).toEqual([['pipe', 'node', 'fastify', 'fetch']]);
});

test('only what took too much is measured again, beside the pipe, and one good attempt is enough', async () => {
  const first: Readonly<Record<string, number>> = { node: 9, fastify: 2.1 };
  const { row, asked } = rowOf((label, attempt) => (attempt === 1 ? (first[label] ?? 1) : 2));

  expect(await checkRow(row, stage)).toEqual([]);
  expect(asked.slice(1)).toEqual([['pipe', 'node', 'fastify']]);
});

test('what takes too much in every attempt is named, with how much', async () => {
  const { row, asked } = rowOf((label) => (label === 'fetch' ? 2.5 : 1));

  expect(await checkRow(row, stage)).toEqual([expect.stringMatching(/fetch, a token: 2\.5 times the bar/)]);
  expect(asked).toHaveLength(4);
});
