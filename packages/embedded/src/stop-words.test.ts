import { expect, test } from 'vitest';
import { createStopWords } from './stop-words.ts';

function feed(words: string[], pieces: string[]): { texts: string[]; word: string | undefined } {
  const scanner = createStopWords(words);
  const texts: string[] = [];
  for (const piece of pieces) {
    const { text, word } = scanner.push(piece);
    texts.push(text);
    if (word !== undefined) return { texts, word };
  }
  texts.push(scanner.flush());
  return { texts, word: undefined };
}

test('no part of a stop word leaves, however it is cut', () => {
  const text = 'one END two';
  for (let cut = 0; cut <= text.length; cut += 1) {
    const { texts, word } = feed(['END'], [text.slice(0, cut), text.slice(cut)]);
    expect(texts.join('')).toBe('one ');
    expect(word).toBe('END');
  }
  expect(feed(['END'], [...text]).texts.join('')).toBe('one ');
});

test('what only looked like the start of a stop word leaves after all', () => {
  expect(feed(['END'], ['a E', 'N', 'x'])).toEqual({ texts: ['a ', '', 'ENx', ''], word: undefined });
  expect(feed(['END'], ['a EN']).texts).toEqual(['a ', 'EN']);
});

test('the stop word that starts first wins', () => {
  expect(feed(['5', '3, 4'], ['1, 2, 3, 4, 5']).word).toBe('3, 4');
  expect(feed(['aab'], ['aaab'])).toEqual({ texts: ['a'], word: 'aab' });
});

test('text passes untouched without stop words', () => {
  expect(feed(['', ''], ['ab', 'c']).texts).toEqual(['ab', 'c', '']);
});
