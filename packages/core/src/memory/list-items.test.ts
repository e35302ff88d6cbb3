import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findItemEnds, findListItems } from './list-items.ts';

const textOf = (value: unknown, space?: number): Uint8Array =>
  Buffer.from(JSON.stringify(value, undefined, space));

/** Brackets, quotes and backslashes in all orders, besides everything else. */
const strings = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('"', '\\', ',', '[', ']', '{', '}', 'é'), { maxLength: 8 })
    .map((parts) => parts.join('')),
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    strings,
    fc.constantFrom(null, true, 0, -1.5e10),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(strings, tie('value'), { maxKeys: 3 }),
  ),
}));

describe('findListItems', () => {
  it('tells where each item is over', () => {
    fc.assert(
      fc.property(
        fc.dictionary(strings, values, { maxKeys: 2 }),
        fc.array(values, { minLength: 1, maxLength: 5 }),
        fc.dictionary(strings, values, { maxKeys: 2 }),
        fc.constantFrom(undefined, 2),
        (before, list, after, space) => {
          const object = { ...before, list, ...after };
          const json = textOf(object, space);
          const found = findListItems(json, 'list');
          if (object['list'] !== list) return;
          expect(found?.fields).toBe(Object.keys(object).length);
          const start = Buffer.from(json).indexOf('[', keyOf(object, space));
          const ends = found?.ends ?? [];
          const read = ends.map((end, index) =>
            JSON.parse(Buffer.from(json.subarray((ends[index - 1] ?? start) + 1, end)).toString()),
          );
          expect(read).toEqual(list);
        },
      ),
    );
  });

  it.each([
    '{}',
    ' { } ',
    '[]',
    '[{"list":[1]}]',
    '"list"',
    '1',
    '{"a":{"list":[1]}}',
    '{"list":{"list":[1]}}',
    '{"l\\u0069st":[1]}',
  ])('finds none in %s', (json) => {
    expect(findListItems(Buffer.from(json), 'list')).toBeUndefined();
  });

  it('counts a field that is there twice twice', () => {
    expect(findListItems(Buffer.from('{"list":[1],"l\\u0069st":[2]}'), 'list')).toEqual({
      start: 9,
      ends: [10],
      fields: 2,
    });
  });

  it('ends, whatever it is given', () => {
    const pieces = fc.array(fc.constantFrom('{', '"list":', '[', ']', '}', '"', '\\', ',', '1', ' '), {
      maxLength: 12,
    });
    fc.assert(fc.property(pieces, (parts) => void findListItems(Buffer.from(parts.join('')), 'list')));
  });
});

describe('findItemEnds', () => {
  it('begins behind a bracket or a comma', () => {
    const json = Buffer.from('[1,[2],"3,"]');
    expect(findItemEnds(json, 1)).toEqual([2, 6, 11]);
    expect(findItemEnds(json, 3)).toEqual([6, 11]);
  });
});

/** Returns where the field `list` begins: behind all that is written of the fields before it. */
function keyOf(object: Readonly<Record<string, unknown>>, space: number | undefined): number {
  const before = Object.entries(object).slice(0, Object.keys(object).indexOf('list'));
  if (before.length === 0) return 0;
  return textOf(Object.fromEntries(before), space).length - 1;
}
