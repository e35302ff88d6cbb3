import { expect, test } from 'vitest';
import { NumberedText, toNumberedToken } from './numbered-text.ts';

function read(numbers: readonly number[], pieceLength: number): NumberedText {
  const text = numbers.map((number) => toNumberedToken(number, number % 3)).join('');
  const numbered = new NumberedText();
  for (let start = 0; start < text.length; start += pieceLength)
    numbered.add(text.slice(start, start + pieceLength));
  return numbered;
}

test.each([1, 2, 7, 1000])('a whole sequence has no faults, in pieces of %i characters', (pieceLength) => {
  const numbered = read([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], pieceLength);

  expect(numbered.next).toBe(12);
  expect(numbered.faults).toEqual({ lost: 0, duplicated: 0 });
});

test('a gap counts what is missing in it', () => {
  expect(read([0, 1, 5, 6], 3).faults).toEqual({ lost: 3, duplicated: 0 });
});

test('what comes again counts, whether at once or later', () => {
  expect(read([0, 1, 1, 2, 0], 3).faults).toEqual({ lost: 0, duplicated: 2 });
});
