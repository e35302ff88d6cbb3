import { expect, test } from 'vitest';
import { FirstTokenClock } from './first-token-clock.ts';
import type { ExchangeReport } from './report.ts';

const report = (firstChunkMs: number) => ({ firstChunkMs, durationMs: 1e6 }) as ExchangeReport;
const read = (processed: number) =>
  ({ phase: 'prompt', processed, cached: 0, total: 20, requestId: 'req_1' }) as const;

test('where the first chunk comes before the prompt is read, it is not taken for the first token', () => {
  const clock = new FirstTokenClock();
  clock.onProgress({ phase: 'queued', position: 1, requestId: 'req_1' });
  expect(clock.firstTokenMs(report(5))).toBe(5);
  clock.onProgress(read(0));
  expect(clock.firstTokenMs(report(5))).toBeUndefined();
  clock.onProgress(read(20));
  const firstTokenMs = clock.firstTokenMs(report(5));
  expect(firstTokenMs).toBeGreaterThan(9e5);
  expect(firstTokenMs).toBeLessThan(1e6);
});

test('a second attempt has a first token of its own', () => {
  const clock = new FirstTokenClock();
  clock.onProgress(read(20));
  clock.reset();
  clock.onProgress(read(0));
  expect(clock.firstTokenMs(report(5))).toBeUndefined();
});
