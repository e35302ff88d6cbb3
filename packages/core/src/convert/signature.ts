const visible = 'lm1';
const hidden = 'lm1.';
/** `String.fromCharCode` takes its bytes as arguments, and engines limit how many. */
const chunkBytes = 0x8000;

/**
 * Returns the signature of a thinking block: never empty, since clients drop thinking without one.
 * A client that hides the text of thinking (`display: 'omitted'`) gets it back to us inside the signature, so that
 * the next prompt still begins with the one that was generated. It is not a secret and proves nothing.
 *
 * @param hiddenThinking - The text that the client is not shown; undefined where it sees the text itself.
 */
export function toSignature(hiddenThinking: string | undefined): string {
  if (hiddenThinking === undefined) return visible;
  const bytes = new TextEncoder().encode(hiddenThinking);
  let binary = '';
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunkBytes));
  }
  return hidden + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Returns the thinking that {@link toSignature} hid, or undefined for every other signature: Anthropic's, broken or empty ones. */
export function fromSignature(signature: string): string | undefined {
  if (!signature.startsWith(hidden)) return undefined;
  try {
    const binary = atob(signature.slice(hidden.length).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
