import { describe, expect, test } from 'vitest';
import { choose, toChoices } from './choose-model.ts';
import { toSize } from './size.ts';

const files = [
  { path: 'README.md', size: 10 },
  { path: 'mmproj-F16.gguf', size: 800_000_000 },
  { path: 'Some-7B-Q8_0.gguf', size: 7_700_000_000 },
  { path: 'Some-7B-Q4_K_M.gguf', size: 4_700_000_000 },
  { path: 'Some-7B-UD-IQ2_XXS.gguf', size: 2_100_000_000 },
  { path: 'BF16/Some-7B-BF16-00002-of-00002.gguf', size: 5_000_000_000 },
  { path: 'BF16/Some-7B-BF16-00001-of-00002.gguf', size: 10_000_000_000 },
];

function first(wanted: string | undefined): string | undefined {
  return choose('o/r', toChoices(files), wanted).parts[0]?.path;
}

describe('choose', () => {
  test('without a wish, Q4_K_M; else what is nearest to it; else the first', () => {
    expect(first(undefined)).toBe('Some-7B-Q4_K_M.gguf');
    const without = files.filter(({ path }) => !path.includes('Q4_K_M'));
    expect(choose('o/r', toChoices(without), undefined).label).toBe('Q8_0');
    const only = [{ path: 'odd.gguf', size: 1 }];
    expect(choose('o/r', toChoices(only), undefined).label).toBe('odd');
  });

  test.each([
    ['q8_0', 'Some-7B-Q8_0.gguf'],
    ['UD-IQ2_XXS', 'Some-7B-UD-IQ2_XXS.gguf'],
    ['some-7b-q8_0.GGUF', 'Some-7B-Q8_0.gguf'],
    ['bf16', 'BF16/Some-7B-BF16-00001-of-00002.gguf'],
    ['Some-7B-BF16-00002-of-00002.gguf', 'BF16/Some-7B-BF16-00001-of-00002.gguf'],
  ])('%s is %s', (wanted, path) => {
    expect(first(wanted)).toBe(path);
  });

  test('a model in parts is all of them, in order', () => {
    const choice = choose('o/r', toChoices(files), 'BF16');
    expect(choice.parts.map(({ size }) => size)).toEqual([10_000_000_000, 5_000_000_000]);
    expect(choice.size).toBe(15_000_000_000);
    const half = files.filter(({ path }) => !path.includes('00002-of'));
    expect(() => choose('o/r', toChoices(half), 'BF16')).toThrow('o/r has 1 of the 2 parts of BF16/');
  });

  test('what is not there: lists what is, without the projector', () => {
    expect(() => first('Q5_K_M')).toThrow(
      'There is no Q5_K_M in o/r. It has:\n  Q8_0           7.7 GB  Some-7B-Q8_0.gguf\n',
    );
    expect(() => first('mmproj-F16.gguf')).toThrow('There is no mmproj-F16.gguf');
    expect(() => choose('o/r', [], undefined)).toThrow('There is no GGUF file in o/r.');
  });
});

test.each([
  [999, '999 B'],
  [1_500, '1.5 kB'],
  [4_683_000_000, '4.7 GB'],
  [123_456_789, '123 MB'],
  [999_600_000, '1.0 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(toSize(bytes)).toBe(text);
});
