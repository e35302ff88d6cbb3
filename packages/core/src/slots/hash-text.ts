/**
 * Returns 16 hexadecimal digits that depend on all of `text`: two FNV-1a streams of 32 bits, mixed at the end.
 *
 * For keys of maps that live as long as the process. It is synchronous and needs no runtime module, which
 * `crypto.subtle` and `node:crypto` cannot say; it withstands chance, not somebody who looks for a collision.
 */
export function hashText(text: string): string {
  let high = 0x811c9dc5;
  let low = 0xcbf29ce4;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995);
  }
  return hex(mix(high ^ mix(low))) + hex(mix(low ^ mix(high)));
}

/** The finalizer of MurmurHash3: without it, the last characters change few digits. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
