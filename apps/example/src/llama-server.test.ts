import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { demoModel, readyUrl, runApp, type RunningApp } from './testing/run-app.ts';

const program = process.env['LLAMA_SERVER'] ?? '';
if (program === '') {
  console.warn(
    'SKIPPED: supervision of llama-server. Set LLAMA_SERVER to a llama-server to run these tests.',
  );
}

function runWithServer(...args: string[]): RunningApp {
  return runApp(['--port', '0', '--model', demoModel, ...args], {
    LLAMA_SERVER: program,
    // Some builds for CPUs crash when they repack rows as short as the demo model's.
    LLAMA_ARG_REPACK: '0',
  });
}

/** Process ids of what `pid` has started, and so on. */
function descendants(pid: number | undefined): number[] {
  const lines = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const all = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const found: number[] = [];
  for (let parents = [pid]; parents.length > 0;) {
    parents = all.filter(([, parent]) => parents.includes(parent)).map(([child]) => child);
    found.push(...parents.filter((child) => child !== undefined));
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function allGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await delay(20);
}

function answer(url: string): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'any', max_tokens: 32, messages: [{ role: 'user', content: 'Hello!' }] }),
  });
}

describe.skipIf(program === '')('--model with a llama-server', () => {
  test('answers, and leaves no process behind after Ctrl-C', async () => {
    const app = runWithServer('--context-size', '2048', '--parallel', '1');
    const url = await readyUrl(app);
    expect(app.output()).toContain('(fastify, llama-server, demo-model-q8_0)');
    await app.printed(/CLAUDE_CODE_MAX_CONTEXT_TOKENS=2048/);
    expect((await answer(url)).status).toBe(200);
    expect(app.output()).not.toContain('[llama-server]');

    const started = descendants(app.child.pid);
    expect(started).toHaveLength(2);
    app.child.kill('SIGINT');
    expect(await app.exit).toBe(0);
    await allGone(started);
  });

  test('leaves no process behind after SIGKILL', async () => {
    const app = runWithServer();
    await readyUrl(app);
    const started = descendants(app.child.pid);
    expect(started).toHaveLength(2);
    app.child.kill('SIGKILL');
    await allGone(started);
  });

  test('answers 529 while a llama-server that died is started again, and heals', async () => {
    const app = runWithServer();
    const url = await readyUrl(app);
    process.kill(descendants(app.child.pid)[1] ?? 0, 'SIGKILL');
    await app.printed(/llama-server ended \(.*\); starting it again in 1 s/);
    const refused = await answer(url);
    expect(refused.status).toBe(529);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);

    await app.printed(/llama-server is back/);
    expect((await answer(url)).status).toBe(200);

    process.kill(descendants(app.child.pid)[1] ?? 0, 'SIGKILL');
    await app.printed(/starting it again in 2 s/);
  });

  test('a file that is no model: says so with the end of the log, exit code 1', async () => {
    const app = runApp(['--model', import.meta.filename], { LLAMA_SERVER: program });
    expect(await app.exit).toBe(1);
    expect(app.output()).toMatch(/llama-server could not run .*\(exit code 1\)\. The end of its log:\n.*\n/);
  });

  test('--verbose shows its log', async () => {
    await runWithServer('--verbose').printed(/^\[llama-server\] .*model loaded/m);
  });
});

test('a LLAMA_SERVER that is no program: one line, exit code 1', async () => {
  const app = runApp(['--model', demoModel], { LLAMA_SERVER: '/no/such/llama-server' });
  expect(await app.exit).toBe(1);
  expect(app.output()).toBe(
    'LLAMA_SERVER is /no/such/llama-server, which is not a program that can be run.\n',
  );
});
