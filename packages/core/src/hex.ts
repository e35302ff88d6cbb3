const digits = '0123456789abcdef';

/** Returns bytes as hexadecimal digits; unlike noble's not digit by digit, for V8 keeps a tree of those for as long as the text, twelve times as large. */
export function toHex(bytes: Uint8Array): string {
  const codes: number[] = [];
  for (const byte of bytes) codes.push(digits.charCodeAt(byte >> 4), digits.charCodeAt(byte & 15));
  return String.fromCharCode(...codes);
}
