/**
 * Returns a 32-bit hash of a part of `text`. Fast, not cryptographic: two texts may share it by chance, and anybody can
 * make two that do, so whatever is found by it is compared in full, or only counted.
 *
 * @param start - first character, by default the first of the text
 * @param end - character behind the last, by default the end of the text
 */
export function hashRange(text: string, start = 0, end = text.length): number {
  let hash = 0x811c9dc5 ^ (end - start);
  for (let index = start; index < end; index += 1) hash = hashUnit(hash, text.charCodeAt(index));
  return hash >>> 0;
}

/** Returns the hash, which may be negative, of what `hash` is of and one more code unit. */
export function hashUnit(hash: number, unit: number): number {
  const mixed = Math.imul(hash ^ unit, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
