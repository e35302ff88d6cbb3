import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromSignature, toSignature } from './signature.ts';

describe('signatures', () => {
  it('are never empty, and say nothing where the client sees the text', () => {
    expect(toSignature(undefined)).toBe('lm1');
    expect(fromSignature('lm1')).toBeUndefined();
    expect(toSignature('')).toBe('lm1.');
  });

  it('bring back any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => fromSignature(toSignature(text)) === text),
    );
    const long = 'Grüße, 世界 😀 '.repeat(100_000);
    expect(fromSignature(toSignature(long))).toBe(long);
    expect(toSignature('\u{fffe}>>>???')).toMatch(/^lm1\.[\w-]+$/);
    expect(fromSignature(toSignature('\u{feff}x'))).toBe('\u{feff}x');
  });

  it.each(['', 'EqQBCgIYAhIM', 'lm1.*', 'lm1.a', 'lm1.____', 'lm2.aGk', 'lm1 .aGk'])(
    'of others are ignored: %j',
    (signature) => {
      expect(fromSignature(signature)).toBeUndefined();
    },
  );

  it('cannot make it throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void fromSignature(`lm1.${text}`)));
  });
});
