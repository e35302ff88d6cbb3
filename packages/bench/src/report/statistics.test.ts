import { expect, test } from 'vitest';
import { quantile, toSpread } from './statistics.ts';

test('the spread of figures in any order', () => {
  expect(toSpread([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 });
});

test('the median of an even number of figures lies between the two in the middle', () => {
  expect(quantile([1, 2, 4, 100], 0.5)).toBe(3);
});

test('figures are sorted as numbers', () => {
  expect(quantile([9, 10, 100], 0.5)).toBe(10);
});

test('a high quantile lies between its neighbours in proportion', () => {
  expect(quantile([0, 100], 0.99)).toBeCloseTo(99);
});

test('there is no quantile of nothing', () => {
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});
