import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as ofPlatform from './fetch/bytes.ts';
import * as ofNode from './node/bytes.ts';

const bytes = fc.uint8Array({ maxLength: 40 }) as fc.Arbitrary<Uint8Array<ArrayBuffer>>;
const place = fc.nat(20);

test.each([
  ['Node', ofNode],
  ['any platform', ofPlatform],
])('bytes are compared by their values, wherever they lie: %s', (_name, { isSameBytes }) => {
  fc.assert(
    fc.property(bytes, place, place, fc.option(fc.nat()), (same, at, otherAt, changed) => {
      const one = new Uint8Array([...Array<number>(at).fill(1), ...same, 2]);
      const other = new Uint8Array([...Array<number>(otherAt).fill(3), ...same, 4]);
      expect(isSameBytes(one, at, other, otherAt, same.length)).toBe(true);
      if (changed === null || same.length === 0) return;
      const differing = otherAt + (changed % same.length);
      other[differing] = (other[differing] ?? 0) ^ 1;
      expect(isSameBytes(one, at, other, otherAt, same.length)).toBe(false);
    }),
  );
});

test.each([
  ['Node', ofNode],
  ['any platform', ofPlatform],
])('pieces become one, in order: %s', (_name, { concatBytes }) => {
  fc.assert(
    fc.property(fc.array(bytes), (pieces) => {
      expect([...concatBytes(pieces)]).toEqual(pieces.flatMap((piece) => [...piece]));
    }),
  );
});
