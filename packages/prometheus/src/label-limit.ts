/** Returns a function that hands on the first `most` different values, and `other` for any value after them. */
export function createLabelLimit(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return 'other';
    known.add(value);
    return value;
  };
}
