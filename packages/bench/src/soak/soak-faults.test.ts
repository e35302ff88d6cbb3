import { expect, test } from 'vitest';
import type { SoakReport } from './soak.ts';
import { findFaults } from './soak-faults.ts';

function report(changes: Partial<SoakReport['totals']>, heap: readonly number[], leftOpen = 0): SoakReport {
  return {
    machine: { cpu: 'one', cores: 2, memoryGiB: 8, platform: 'linux x64', node: 'v20.19.0' },
    date: '2026-01-01',
    server: 'node',
    minutes: 1,
    streams: 64,
    totals: { complete: 9, aborted: 1, cut: 1, refused: 0, tokens: 99, lost: 0, duplicated: 0, ...changes },
    upstreamGivenUp: 1,
    upstreamResets: 1,
    leftOpen,
    samples: heap.map((heapMiB, minute) => ({
      minute,
      heapMiB,
      residentMiB: 100,
      clientStreams: 64,
      upstreamStreams: 64,
    })),
  };
}

const flat = [10, 30, 31, 29, 30, 31, 30, 30];

test('aborts and resets are no faults, nor is memory that grows at first only', () => {
  expect(findFaults(report({}, flat))).toEqual([]);
});

test.each([
  [report({ lost: 2 }, flat), '2 tokens were lost'],
  [report({ duplicated: 3 }, flat), '3 tokens came twice'],
  [report({ refused: 4 }, flat), '4 requests were refused'],
  [report({ cut: 3 }, flat), '2 answers were cut that the upstream did not reset'],
  [report({}, flat, 5), '5 answers of the upstream went on though no client was left'],
  [report({}, [10, 20, 20, 20, 30, 35, 40, 40]), 'the heap grew to 2.00 times what it was'],
])('a fault is named: %#', (found, sentence) => {
  expect(findFaults(found)).toEqual([sentence]);
});
