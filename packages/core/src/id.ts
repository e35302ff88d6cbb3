const alphabet = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * Returns `prefix` and 24 random characters of the base-58 alphabet (about 140 bits), such as `msg_01X…`.
 * Anthropic's own ids look alike, and some clients check the prefix.
 */
export function createId(prefix: 'msg_' | 'req_' | 'toolu_'): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  let id: string = prefix;
  for (const byte of bytes) id += alphabet[byte % alphabet.length];
  return id;
}
