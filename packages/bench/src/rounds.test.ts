import { expect, test } from 'vitest';
import { measureInRounds } from './rounds.ts';

/** Contenders that write down who was measured when. */
function contenders(labels: readonly string[]) {
  const order: string[] = [];
  const all = labels.map((label) => ({
    label,
    async measure() {
      order.push(label);
      return order.length;
    },
  }));
  return { all, order };
}

test('each is measured once in a round, and not always in the same order', async () => {
  const { all, order } = contenders(['a', 'b', 'c']);

  await measureInRounds(all, 100, 0);

  const rounds = order.join('').match(/.../g) ?? [];
  expect(rounds.map((round) => [...round].sort().join(''))).toEqual(Array(100).fill('abc'));
  expect(new Set(rounds).size).toBeGreaterThan(1);
});

test('a warm-up does not count', async () => {
  const { all } = contenders(['a', 'b']);

  const { a = [], b = [] } = await measureInRounds(all, 2, 1);

  expect([...a, ...b].sort()).toEqual([3, 4, 5, 6]);
});
