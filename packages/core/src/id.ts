const alphabet = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * Returns `prefix` and 24 random characters of the base-58 alphabet (about 140 bits), such as `msg_01X…`.
 * Anthropic's own ids look alike, and some clients check the prefix.
 */
export function createId(prefix: 'msg_' | 'req_' | 'toolu_'): string {
  let id: string = prefix;
  for (let count = 0; count < 24; count++) id += alphabet[randomByte() % alphabet.length];
  return id;
}

/** Asking for random bytes costs ten times as much as an id, so they are taken from a supply. */
const supply = new Uint8Array(4096);
let used = supply.length;

function randomByte(): number {
  if (used === supply.length) {
    crypto.getRandomValues(supply);
    used = 0;
  }
  return supply[used++] ?? 0;
}
