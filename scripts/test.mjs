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

/**
 * Builds, checks and tests the whole repository, stopping at the first step that fails; returns the exit code.
 * The last line it prints is `N passed, N failed`. A step that fails before the tests counts as one failure.
 */
export async function test(env, args) {
  for (const [name, command, ...rest] of steps) {
    console.log(`\n--- ${name}`);
    const { code } = await run(command, rest, { show: true, env });
    if (code === 0) continue;
    console.log(`\nThe step "${name}" failed.\n0 passed, 1 failed`);
    return code;
  }
  console.log('\n--- vitest');
  return vitest(env, args);
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
    console.log(`\n${totals(report, code)}`);
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function totals(report, code) {
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
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
