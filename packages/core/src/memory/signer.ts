import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64Url, toBase64Url } from './base64-url.ts';

export interface SignerOptions {
  /**
   * Something that only this service knows. With it, signatures of another service with the same API key are ignored too.
   * Keep it over restarts, and give all processes the same. @defaultValue none: the API key's hash is secret enough
   */
  readonly secret?: Uint8Array;
  /** A longer thought is not carried. @defaultValue 256 KiB */
  readonly maxThinkingBytes?: number;
}

/** Signs the thinking blocks that clients keep and send back unread. */
export interface Signer {
  /**
   * Returns the signature of a thinking block: never empty, since clients drop thinking without one.
   *
   * @param owner - whom the answer is for: a hash of the API key, not told to anybody
   * @param hiddenThinking - the text that the client is not shown, which the signature then carries
   */
  sign(owner: string, hiddenThinking?: string): string;
  /** Returns the thinking that {@link Signer.sign} hid for this owner; undefined for every other signature. Never throws. */
  read(owner: string, signature: string): string | undefined;
}

const visible = 'lm1';
const hidden = 'lm1.';
/** 128 bits: nobody guesses them, and the client sends them back in every request. */
const tagBytes = 16;

/**
 * Returns a signer whose signatures carry a hidden thought and are believed for one owner only. Without a state: any
 * process, also after a restart, reads what another has signed. See docs/decisions/0007.
 */
export function createSigner(options: SignerOptions = {}): Signer {
  const { secret = new Uint8Array(), maxThinkingBytes = 256 * 1024 } = options;

  function tagOf(owner: string, thinking: Uint8Array): Uint8Array {
    // One key out of two: joined by hand they could be cut at another place.
    const key = hmac(sha256, secret, new TextEncoder().encode(owner));
    return hmac(sha256, key, thinking).subarray(0, tagBytes);
  }

  return {
    sign(owner, hiddenThinking) {
      if (hiddenThinking === undefined) return visible;
      const thinking = new TextEncoder().encode(hiddenThinking);
      if (thinking.length > maxThinkingBytes) return visible;
      const bytes = new Uint8Array(tagBytes + thinking.length);
      bytes.set(tagOf(owner, thinking));
      bytes.set(thinking, tagBytes);
      return hidden + toBase64Url(bytes);
    },
    read(owner, signature) {
      if (!signature.startsWith(hidden)) return undefined;
      // Four characters carry three bytes; more than may be in it need not be decoded.
      if (signature.length > hidden.length + Math.ceil((tagBytes + maxThinkingBytes) / 3) * 4)
        return undefined;
      const bytes = fromBase64Url(signature.slice(hidden.length));
      if (bytes === undefined || bytes.length < tagBytes) return undefined;
      const thinking = bytes.subarray(tagBytes);
      if (!isEqual(tagOf(owner, thinking), bytes)) return undefined;
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(thinking);
    },
  };
}

/** Compares all of the tag, so that the time taken says nothing about it. */
function isEqual(tag: Uint8Array, bytes: Uint8Array): boolean {
  let difference = 0;
  tag.forEach((byte, index) => {
    difference |= byte ^ (bytes[index] ?? 0);
  });
  return difference === 0;
}
