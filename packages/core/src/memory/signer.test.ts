import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSigner } from './signer.ts';

const signer = createSigner();

describe('signatures', () => {
  it('are never empty, and say nothing where the client sees the text', () => {
    expect(signer.sign('owner')).toBe('lm1');
    expect(signer.read('owner', 'lm1')).toBeUndefined();
  });

  it('bring back any text to its owner, also after a restart, and to nobody else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, owner, other) => {
        const signature = signer.sign(owner, text);
        expect(signature).toMatch(/^lm1\.[\w-]+$/);
        expect(createSigner().read(owner, signature)).toBe(text);
        if (other !== owner) expect(createSigner().read(other, signature)).toBeUndefined();
      }),
    );
  });

  it('of a service with another secret are ignored', () => {
    const ours = createSigner({ secret: Uint8Array.of(1, 2, 3) });
    const signature = ours.sign('owner', 'hm');
    expect(ours.read('owner', signature)).toBe('hm');
    expect(signer.read('owner', signature)).toBeUndefined();
    expect(createSigner({ secret: Uint8Array.of(1, 2, 4) }).read('owner', signature)).toBeUndefined();
  });

  it('are ignored with a single character changed, added or missing', () => {
    const signature = signer.sign('owner', 'a thought');
    for (let index = 0; index < signature.length; index += 1) {
      // The last character of the base64 holds two bits that say nothing.
      if (index === signature.length - 1) break;
      const other = signature[index] === 'A' ? 'B' : 'A';
      const changed = signature.slice(0, index) + other + signature.slice(index + 1);
      expect(signer.read('owner', changed)).toBeUndefined();
    }
    expect(signer.read('owner', `${signature}AAAA`)).toBeUndefined();
    expect(signer.read('owner', signature.slice(0, -2))).toBeUndefined();
  });

  it.each(['', 'EqQBCgIYAhIM', 'lm1.', 'lm1.*', 'lm1.a', 'lm1.____', 'lm1.aGk', 'lm2.aGk', 'lm1 .aGk'])(
    'of others are ignored: %j',
    (signature) => {
      expect(signer.read('owner', signature)).toBeUndefined();
    },
  );

  it('cannot make it throw', () => {
    fc.assert(fc.property(fc.string(), (text) => signer.read('owner', `lm1.${text}`) === undefined));
  });

  it('carry long thoughts up to a bound, and the longest still comes back', () => {
    const bounded = createSigner({ maxThinkingBytes: 1000 });
    const longest = 'é'.repeat(500);
    expect(bounded.read('owner', bounded.sign('owner', longest))).toBe(longest);
    expect(bounded.sign('owner', `${longest}.`)).toBe('lm1');
    expect(bounded.read('owner', signer.sign('owner', 'x'.repeat(2000)))).toBeUndefined();
    const long = 'Grüße, 世界 😀 '.repeat(10_000);
    expect(signer.read('owner', signer.sign('owner', long))).toBe(long);
  });
});
