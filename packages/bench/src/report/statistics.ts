/** The middle of several figures, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError if there are no figures */
export function toSpread(figures: readonly number[]): Spread {
  return { median: quantile(figures, 0.5), min: quantile(figures, 0), max: quantile(figures, 1) };
}

/**
 * Returns the figure below which `share` of them lie, between two neighbours in proportion.
 *
 * @throws RangeError if there are no figures
 */
export function quantile(figures: readonly number[], share: number): number {
  if (figures.length === 0) throw new RangeError('There is no quantile of nothing');
  const sorted = [...figures].sort((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
