const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Returns the bytes in the unit that Hugging Face and disks use: powers of 1000, two or three digits. */
export function toSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
