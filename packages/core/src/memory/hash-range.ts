/**
 * Returns a 32-bit hash of a part of `text`. Fast, not cryptographic: two texts may share it by chance, and anybody can
 * make two that do, so whatever is found by it is compared in full, or only counted.
 *
 * @param start - first character, by default the first of the text
 * @param end - character behind the last, by default the end of the text
 */
export function hashRange(text: string, start = 0, end = text.length): number {
  let hash = 0x811c9dc5 ^ (end - start);
  for (let index = start; index < end; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
