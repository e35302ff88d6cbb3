import { expect, test } from 'vitest';
import { toAllowances } from './allowance.ts';
import type { Bar, Figures } from './results.ts';

function allowances(bar: Bar, figures: Figures) {
  return toAllowances({ name: 'row', title: 'A row', unit: 'µs', bar, figures });
}

test('twice the bar is tolerated, and the best round counts', () => {
  const bar = { kind: 'relative', pipe: 1, pipeInFramework: 1.25 } as const;

  expect(allowances(bar, { pipe: [10, 10], node: [30, 15], express: [25, 50] })).toEqual([
    { label: 'node', best: 1.5, atMost: 2 },
    { label: 'express', best: 2, atMost: 2 },
  ]);
});

test('where the bar is not met yet, it is twice what is used today', () => {
  const bar = { kind: 'relative', pipe: 1, today: 3 } as const;

  expect(allowances(bar, { pipe: [10], node: [50] })).toEqual([{ label: 'node', best: 5, atMost: 6 }]);
});

test('a bar that is met by far is not tightened by what is used today', () => {
  const bar = { kind: 'relative', pipe: 1, today: 0.4 } as const;

  expect(allowances(bar, { pipe: [10], node: [15] })).toEqual([{ label: 'node', best: 1.5, atMost: 2 }]);
});

test('what is not ours may cost what it likes', () => {
  expect(allowances({ kind: 'relative', pipe: 1 }, { pipe: [10], llms: [90] })).toEqual([]);
});
