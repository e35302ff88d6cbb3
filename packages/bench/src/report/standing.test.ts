import { expect, test } from 'vitest';
import type { Bar, Figures } from './results.ts';
import { toStandings } from './standing.ts';

function standing(label: string, bar: Bar, figures: Figures) {
  const row = { name: 'row', title: 'A row', unit: 'µs', bar, figures };
  return toStandings(row).find((found) => found.label === label);
}

test('a ratio is that of the same round, so that a busy round counts for both', () => {
  const figures = { pipe: [10, 100, 10], node: [12, 120, 12] };

  expect(standing('node', { kind: 'relative', pipe: 1 }, figures)?.toPipe).toEqual({
    median: 1.2,
    min: 1.2,
    max: 1.2,
  });
});

test('a server with rounds of its own is compared with the pipe in these', () => {
  const row = {
    name: 'row',
    title: 'A row',
    unit: 'ms',
    bar: { kind: 'relative', pipe: 1, reference: 1 } as const,
    figures: { pipe: [1], node: [3], express: [6], 'parse + stringify': [2] },
    beside: {
      node: { pipe: [1], node: [3], 'parse + stringify': [2] },
      express: { pipe: [2], express: [6], 'parse + stringify': [4] },
    },
  };
  const express = toStandings(row).find(({ label }) => label === 'express');
  expect(express?.toPipe?.median).toBe(3);
  expect(express?.ofBar?.median).toBe(1);
});

test('servers in a framework may cost more where the bar says so', () => {
  const bar = { kind: 'relative', pipe: 1, pipeInFramework: 1.25 } as const;
  const figures = { pipe: [10], node: [10], express: [10], 'express@../other': [10] };

  expect(standing('node', bar, figures)?.ofBar?.median).toBe(1);
  expect(standing('express', bar, figures)?.ofBar?.median).toBe(0.8);
  expect(standing('express@../other', bar, figures)?.ofBar?.median).toBe(0.8);
});

test('the reference is allowed on top of the pipe', () => {
  const bar = { kind: 'relative', pipe: 1, reference: 2 } as const;

  expect(standing('node', bar, { pipe: [10], node: [15], 'parse + stringify': [10] })?.ofBar?.median).toBe(
    0.5,
  );
});

test('what is not ours has no bar, and what has nothing to be measured by neither', () => {
  const bar = { kind: 'relative', pipe: 1 } as const;

  expect(standing('llms', bar, { pipe: [10], llms: [30] })?.ofBar).toBeUndefined();
  expect(standing('node', bar, { node: [30] })?.ofBar).toBeUndefined();
});

test('an absolute bar knows no ratio to the pipe', () => {
  const found = standing('node', { kind: 'absolute', atMost: 100 }, { pipe: [-1], node: [50] });

  expect(found?.ofBar?.median).toBe(0.5);
  expect(found?.toPipe).toBeUndefined();
});
