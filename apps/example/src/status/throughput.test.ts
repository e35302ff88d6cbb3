import { expect, it } from 'vitest';
import { createThroughputMeter } from './throughput.ts';

const now = 1_800_000_000_000;

it('tells tokens a second for each interval, the last one that is over at the end', () => {
  const meter = createThroughputMeter();
  meter.add('generated', 50, now - 1);
  meter.add('generated', 25, now - 5_000);
  meter.add('read', 1_000, now - 7_000);
  // The interval that is not over would look like a dip.
  meter.add('generated', 5, now + 1_000);
  const { generated, read, until, intervalMs } = meter.read(now + 2_000);
  expect(until).toBe(now);
  expect(intervalMs).toBe(5_000);
  expect(generated).toHaveLength(120);
  expect(generated.slice(-2)).toEqual([0, 15]);
  expect(read.slice(-2)).toEqual([200, 0]);
});

it('forgets what is older than it shows', () => {
  const meter = createThroughputMeter();
  meter.add('generated', 50, now);
  const sum = (at: number): number => meter.read(at).generated.reduce((all, value) => all + value, 0);
  expect(sum(now + 9 * 60_000)).toBe(10);
  expect(sum(now + 11 * 60_000)).toBe(0);
});

it('takes corrections: what was counted in pieces becomes tokens', () => {
  const meter = createThroughputMeter();
  meter.add('generated', 10, now - 1_000);
  meter.add('generated', 10 * (25 / 10 - 1), now - 1_000);
  expect(meter.read(now).generated.at(-1)).toBe(5);
});
