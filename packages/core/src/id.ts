const alphabet = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * Returns `prefix` and 24 random characters of the base-58 alphabet (about 140 bits), such as `msg_01X…`.
 * Anthropic's own ids look alike, and some clients check the prefix.
 */
export function createId(prefix: 'msg_' | 'req_' | 'toolu_'): string {
  const digits: number[] = [];
  for (let count = 0; count < 24; count++) digits.push(alphabet.charCodeAt(randomByte() % alphabet.length));
  // Not digit by digit: of that V8 keeps a tree, until somebody looks into the text.
  return prefix + String.fromCharCode(...digits);
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
