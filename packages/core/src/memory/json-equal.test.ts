import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonEquivalent, isTrimmedText } from './json-equal.ts';

describe('JSON that a client has written anew', () => {
  it.each([
    ['{ "b":1,\n"a":[ 5.0, 1e2 ] }', { a: [5, 100], b: 1 }],
    [String.raw`{"path":"a\/b","name":"caf\u00e9"}`, { path: 'a/b', name: 'café' }],
    ['{"a":1,"a":2}', { a: 2 }],
    ['{"__proto__":{"x":1}}', JSON.parse('{"__proto__":{"x":1}}')],
    ['{"n":-0}', { n: 0 }],
  ])('says the same: %s', (original, replayed) => {
    expect(isJsonEquivalent(original, replayed)).toBe(true);
  });

  it.each([
    ['{"a":1}', { a: 2 }],
    ['{"a":1}', { a: '1' }],
    ['{"a":1}', { a: 1, b: 1 }],
    ['{"a":null}', {}],
    ['{"a":{}}', { a: [] }],
    ['{"a":[1,2]}', { a: [2, 1] }],
    ['{"a":"x "}', { a: 'x' }],
    ['{"toString":1}', { b: 1 }],
    ['{"a":', { a: 1 }],
    ['', {}],
  ])('does not say the same: %s', (original, replayed) => {
    expect(isJsonEquivalent(original, replayed)).toBe(false);
  });

  it('may have trimmed the ends of lines, but not their beginnings, and added nothing', () => {
    expect(isJsonEquivalent('{"a":"x  \\n  y\\t\\n"}', { a: 'x\n  y' }, { allowTrimmed: true })).toBe(true);
    expect(isJsonEquivalent('{"a":"x\\n  y"}', { a: 'x\ny' }, { allowTrimmed: true })).toBe(false);
    expect(isJsonEquivalent('{"a":"x"}', { a: 'x  ' }, { allowTrimmed: true })).toBe(false);
  });

  it('may have a default filled in, that the model did not write', () => {
    const options = { defaults: { all: false } };
    expect(isJsonEquivalent('{"a":1}', { all: false, a: 1 }, options)).toBe(true);
    expect(isJsonEquivalent('{"a":1}', { all: true, a: 1 }, options)).toBe(false);
    expect(isJsonEquivalent('{"a":1,"all":true}', { all: false, a: 1 }, options)).toBe(false);
  });

  it('is compared without ever throwing, and in linear time', () => {
    const deep = '['.repeat(5_000) + ']'.repeat(5_000);
    expect(isJsonEquivalent(`{"a":${deep}}`, { a: JSON.parse(deep) as unknown })).toBe(false);
    const spaces = ' '.repeat(200_000);
    const startedAt = performance.now();
    expect(isTrimmedText(`a${spaces}b${spaces}`, `a${spaces}b`)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('is equal to itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        return isJsonEquivalent(text, JSON.parse(text));
      }),
    );
  });
});
