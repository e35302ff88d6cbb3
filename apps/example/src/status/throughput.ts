import type { Throughput } from './api.ts';

/** Tokens by the second in which they came, over the last minutes. */
export interface ThroughputMeter {
  /** Adds tokens at a time in milliseconds since the epoch. */
  add(kind: 'generated' | 'read', tokens: number, at: number): void;
  /** Returns the last minutes until `now`. */
  read(now: number): Throughput;
}

const secondMs = 1_000;
/** What a point of the chart stands for. */
const secondsPerInterval = 5;
const intervals = 120;
const seconds = secondsPerInterval * intervals;

interface Second {
  generated: number;
  read: number;
}

export function createThroughputMeter(): ThroughputMeter {
  /** By second since the epoch; at most as many as are shown. */
  const counts = new Map<number, Second>();

  function forget(until: number): void {
    // Tokens may be added a little in the past, so the order is not that of time.
    for (const second of counts.keys()) if (second <= until - seconds) counts.delete(second);
  }

  return {
    add(kind, tokens, at) {
      const second = Math.floor(at / secondMs);
      const count = counts.get(second) ?? { generated: 0, read: 0 };
      count[kind] += tokens;
      counts.set(second, count);
      if (counts.size > seconds * 2) forget(second);
    },
    read(now) {
      // The current interval is not over, and would look like a dip.
      const end = Math.floor(now / secondMs / secondsPerInterval) * secondsPerInterval;
      forget(end);
      const generated = Array.from({ length: intervals }, () => 0);
      const read = [...generated];
      for (const [second, count] of counts) {
        const index = Math.floor((second - (end - seconds)) / secondsPerInterval);
        if (index < 0 || index >= intervals) continue;
        generated[index] = (generated[index] ?? 0) + count.generated / secondsPerInterval;
        read[index] = (read[index] ?? 0) + count.read / secondsPerInterval;
      }
      return {
        intervalMs: secondsPerInterval * secondMs,
        until: end * secondMs,
        generated: generated.map(rounded),
        read: read.map(rounded),
      };
    },
  };
}

function rounded(value: number): number {
  return Math.max(0, Math.round(value * 100) / 100);
}
