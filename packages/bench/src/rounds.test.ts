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

test('each is measured once in a round, and each round begins with another', async () => {
  const { all, order } = contenders(['a', 'b', 'c']);

  await measureInRounds(all, 3, 0);

  expect(order.join('')).toBe('abcbcacab');
});

test('a warm-up does not count', async () => {
  const { all } = contenders(['a', 'b']);

  expect(await measureInRounds(all, 2, 1)).toEqual({ a: [4, 5], b: [3, 6] });
});
