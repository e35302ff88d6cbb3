import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSameJson } from './same-json.ts';

it('is true for the same JSON text, and for no other', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const text = JSON.stringify(one);
      // -0 is written as 0.
      const value = JSON.parse(text) as unknown;
      expect(isSameJson(value, JSON.parse(text))).toBe(true);
      const otherText = JSON.stringify(other);
      expect(isSameJson(value, JSON.parse(otherText))).toBe(text === otherText);
    }),
    { numRuns: 2000 },
  );
});

it('sees order, and a list that looks like an object', () => {
  expect(isSameJson({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(false);
  expect(isSameJson(['x'], { 0: 'x' })).toBe(false);
  expect(isSameJson({ a: undefined }, {})).toBe(false);
});
