import { expect, test } from 'vitest';
import { toBarChart } from './bar-chart.ts';
import { toLineChart } from './line-chart.ts';

const row = {
  name: 'row',
  title: 'a <row> & more',
  unit: 'µs',
  bar: { kind: 'relative', pipe: 1 },
  figures: { pipe: [10, 10], node: [20, 40] },
} as const;

test('bars are as long as their medians, below a scale that holds the whiskers', () => {
  const widths = [...toBarChart(row).matchAll(/<rect class="(\w+)"[^>]* width="([\d.]+)"/g)].map(
    ([, kind, width]) => [kind, Number(width)],
  );

  // 40 µs, the longest whisker, takes the 440 pixels that there are.
  expect(widths).toEqual([
    ['other', 110],
    ['ours', 330],
  ]);
});

test('a figure stands beside its bar, with its ratio', () => {
  expect(toBarChart(row)).toContain('>30.0 µs, 3.00 x</text>');
});

test('a title is escaped', () => {
  expect(toBarChart(row)).toContain('a &lt;row> &amp; more');
});

test('a figure below zero has no bar instead of a wrong one', () => {
  const chart = toBarChart({ ...row, bar: { kind: 'absolute', atMost: 1 }, figures: { node: [-3, 2, -1] } });

  expect(chart).toContain('width="0"');
});

test('a line begins at its first point and ends at the right, zero being at the bottom', () => {
  const points = [
    { time: 0, figure: 50 },
    { time: 10, figure: 100 },
  ];
  const chart = toLineChart({ title: 'memory', unit: 'MiB', timeUnit: 'min', points });

  expect(chart).toContain('d="M70 122L700 40"');
});
