import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './child.mjs';

const steps = [
  ['build', 'turbo', 'run', 'build', '--output-logs=errors-only'],
  ['typecheck', 'turbo', 'run', 'typecheck', '--output-logs=errors-only'],
  ['lint: oxlint', 'oxlint', '--deny-warnings'],
  ['lint: oxfmt', 'oxfmt', '--check'],
  ['lint: knip', 'knip'],
  ['check:package', 'turbo', 'run', 'check:package', '--output-logs=errors-only'],
];

/** After the tests, with the machine to itself. */
const bench = ['bench: no gross regressions', process.execPath, 'packages/bench/dist/bench.js', '--ci'];

/**
 * Builds, checks, tests and measures the whole repository, stopping at the first step that fails; returns the exit code.
 * The last line it prints is `N passed, N failed`. A step beside the tests that fails counts as one failure.
 */
export async function test(env, args) {
  for (const step of steps) {
    const code = await runStep(step, env);
    if (code === 0) continue;
    console.log(toLine({ passed: 0, failed: 1, skipped: 0 }));
    return code;
  }
  console.log('\n--- vitest');
  const { code, counts } = await vitest(env, args);
  const benchCode = code === 0 ? await runStep(bench, env) : 0;
  if (benchCode !== 0) counts.failed += 1;
  console.log(toLine(counts));
  return code || benchCode;
}

async function runStep([name, command, ...rest], env) {
  console.log(`\n--- ${name}`);
  const { code } = await run(command, rest, { show: true, env });
  if (code !== 0) console.log(`\nThe step "${name}" failed.`);
  return code;
}

async function vitest(env, args) {
  const folder = mkdtempSync(join(tmpdir(), 'llama-messages-'));
  const report = join(folder, 'report.json');
  try {
    const { code } = await run(
      'vitest',
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
      { show: true, env: { ...env, LLAMA_MESSAGES_BUILT: '1' } },
    );
    return { code, counts: readCounts(report, code) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(report, code) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    for (const file of testResults) {
      for (const { status } of file.assertionResults) {
        if (status === 'passed') passed += 1;
        else if (status === 'failed') failed += 1;
        else skipped += 1;
      }
      // A file that could not even be loaded has no test in it, but it is a failure.
      if (file.status === 'failed' && file.assertionResults.length === 0) failed += 1;
    }
  } catch {
    // No report: vitest itself broke, and its exit code says so below.
  }
  if (code !== 0 && failed === 0) failed = 1;
  return { passed, failed, skipped };
}

function toLine({ passed, failed, skipped }) {
  return `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
