import { rmSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { type BenchResults, loadResults, type RowResult, saveResults } from './results.ts';

const machine = { cpu: 'a', cores: 2, memoryGiB: 24, platform: 'linux x64', node: 'v20.0.0' };

function run(cpu: string, date: string, ...names: string[]): BenchResults {
  const rows = names.map((name): RowResult => ({
    name,
    title: name,
    unit: 'ms',
    bar: { kind: 'none' },
    figures: { pipe: [1] },
  }));
  return { machine: { ...machine, cpu }, date, rows };
}

test('a row that was not measured again keeps the machine and the day that it was measured on', () => {
  const name = `test-${process.pid}`;
  saveResults(name, run('a', '2026-01-01', 'token', 'memory'));
  const file = saveResults(name, run('b', '2026-01-02', 'token'));
  onTestFinished(() => rmSync(file));
  saveResults(name, run('c', '2026-01-03', 'token'));
  const [token, memory] = loadResults(name)?.rows ?? [];
  expect(token?.measured).toBeUndefined();
  expect(memory?.measured).toEqual({ machine, date: '2026-01-01' });
});
