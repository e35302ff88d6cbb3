import { describe, expect, it } from 'vitest';
import { hashText } from './hash-text.ts';

describe('hashText', () => {
  it('is 16 digits, the same for the same text', () => {
    expect(hashText('a prompt')).toMatch(/^[0-9a-f]{16}$/);
    expect(hashText('a prompt')).toBe(hashText(['a', 'prompt'].join(' ')));
  });

  it('tells texts apart that differ in one character, at either end and in either half', () => {
    const texts = new Set<string>();
    for (let index = 0; index < 20_000; index++) {
      texts.add(`${index} you are an assistant`).add(`you are an assistant ${index}`);
    }
    const hashes = [...texts].map(hashText);
    expect(new Set(hashes).size).toBe(texts.size);
    // A half by itself: about 0.2 collisions are expected of 40 000 in 2^32.
    for (const part of [hashes.map((hash) => hash.slice(0, 8)), hashes.map((hash) => hash.slice(8))]) {
      expect(texts.size - new Set(part).size).toBeLessThan(5);
    }
  });
});
