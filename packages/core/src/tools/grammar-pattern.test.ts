import { expect, test } from 'vitest';
import { toGrammarPattern } from './grammar-pattern.ts';

test.each([
  ['^[0-9]{3}-[a-z]+$', '^[0-9]{3}-[a-z]+$'],
  ['^\\d+$', '^[0-9]+$'],
  ['^[\\w.-]+@[\\w.-]+$', '^[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+$'],
  ['^[a\\-z]$', '^[az-]$'],
  ['^[.\\[\\]]$', '^[.\\[\\]]$'],
  ['^(?:a|b)?\\.txt$', '^(a|b)?\\.txt$'],
  ['^a\\/b$', '^a/b$'],
  ['^é😀+$', '^[é][😀]+$'],
])('%s keeps its meaning as %s', (pattern, expected) => {
  expect(toGrammarPattern(pattern)).toBe(expected);
});

test.each([
  ['unanchored', 'abc'],
  ['a look ahead', '^(?!a)b$'],
  ['a word boundary', '^\\ba$'],
  ['a dot, which swallows the closing quote', '^.*$'],
  ['a negated class, for the same reason', '^[^a]+$'],
  ['a range over the quote', '^[!-~]+$'],
  ['a range over the backslash', '^[A-z]+$'],
  ['a quote', '^"a"$'],
  ['an anchor inside', '^a|^b$'],
  ['too many repetitions', '^a{5000}$'],
  ['turned around bounds, on which llama-server hangs', '^a{5,2}$'],
  ['a lazy quantifier', '^a+?$'],
  ['not closed', '^(a$'],
  ['a category', '^\\p{L}+$'],
  ['nothing', '^$'],
])('%s: none', (_, pattern) => {
  expect(toGrammarPattern(pattern)).toBeUndefined();
});
