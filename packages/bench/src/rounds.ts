/** One of those that are measured in turn. */
export interface Contender<Figure> {
  readonly label: string;
  /** Resolves with the figure of one round. */
  measure(): Promise<Figure>;
}

/**
 * Measures in rounds, each contender once in each, so that whatever else the machine does meets all of them; in a new order each
 * time, by chance: some still have work to do when they have been measured, and always the same one would come after them.
 * Resolves with the figures by label, in the order of the contenders.
 *
 * @param warmUps - rounds in front that do not count: code is compiled in several steps while it runs, and servers run for days
 */
export async function measureInRounds<Figure>(
  contenders: readonly Contender<Figure>[],
  rounds: number,
  warmUps = 4,
): Promise<Record<string, Figure[]>> {
  const figures = Object.fromEntries(contenders.map(({ label }) => [label, [] as Figure[]]));
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const { label, measure } of shuffle(contenders)) {
      const figure = await measure();
      if (round >= 0) figures[label]?.push(figure);
    }
  }
  return figures;
}

function shuffle<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}
