/** Returns a pattern of names with `*` for any characters. */
export function toPattern(pattern: string): RegExp {
  const escaped = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${escaped.join('.*')}$`);
}
