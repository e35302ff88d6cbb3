import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { demoModel } from '../testing/run-app.ts';
import { runDoctor, type Report } from '../testing/run-doctor.ts';
import { startLlamaServer } from '../testing/start-llama-server.ts';

const program = process.env['LLAMA_SERVER'] ?? '';
if (program === '') {
  console.warn(
    'SKIPPED: doctor with a real llama-server. Set LLAMA_SERVER to a llama-server to run these tests.',
  );
}

describe.skipIf(program === '')('the real llama-server', { timeout: 60_000 }, () => {
  const wide = ['-c', '65536', '--override-kv', 'llama.context_length=int:65536'];

  async function examine(flags: readonly string[], ...args: string[]): Promise<Report> {
    return runDoctor('--upstream', await startLlamaServer(program, flags), ...args);
  }

  test('with the settings that the doctor recommends, all is well', async () => {
    const settings = ['--metrics', '--slot-prompt-similarity', '0.9'];
    const { code, checks } = await examine(['-np', '1', ...wide, ...settings]);
    expect(code).toBe(0);
    // How fast it is depends on the machine that runs this.
    const { answer: _speed, 'prompt-speed': _reading, ...others } = checks;
    expect(Object.values(others).filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(checks['server']?.found).toMatch(/^llama-server \S+$/);
    expect(checks['metrics']?.found).toBe('served at /metrics');
    expect(checks['similarity']?.remedy).toBeUndefined();
  });

  test('a window that Claude Code does not fit in', async () => {
    const { code, checks } = await examine(['-np', '1', '-c', '4096']);
    expect(code).toBe(1);
    expect(checks['context']).toMatchObject({
      verdict: 'problem',
      found: expect.stringContaining('4 096 tokens;'),
      remedy: expect.stringContaining('made for 4 096 tokens'),
    });
  });

  test('slots that share a window', async () => {
    const { checks } = await examine(['-np', '4', ...wide]);
    expect(checks['context']).toMatchObject({
      verdict: 'problem',
      found: expect.stringContaining('16 384 tokens for each slot'),
      remedy: expect.stringContaining('-np 4 -c 262144'),
    });
    expect(checks['slots']?.found).toBe('4 requests at the same time');
  });

  test('--no-jinja', async () => {
    const { checks } = await examine(['-np', '1', ...wide, '--no-jinja']);
    expect(checks['tools']).toMatchObject({
      verdict: 'problem',
      found: expect.stringContaining('without --jinja'),
      remedy: expect.stringContaining('--jinja'),
    });
  });

  test('--cache-ram 0, where a second conversation costs the first its prompt', async () => {
    const { code, checks } = await examine(['-np', '1', ...wide, '--cache-ram', '0']);
    expect(checks['cache']?.verdict).toBe('ok');
    expect(checks['cache-ram']).toMatchObject({
      verdict: 'warning',
      remedy: expect.stringContaining('--cache-ram'),
    });
    expect(code).toBe(0);
  });

  test('--no-cache-prompt', async () => {
    const { checks } = await examine(['-np', '1', ...wide, '--no-cache-prompt']);
    expect(checks['cache']).toMatchObject({
      verdict: 'problem',
      found: expect.stringContaining('0 % of it was kept'),
    });
  });

  test('as a router of several models: the one that answered is looked at', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llama-messages-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    copyFileSync(demoModel, join(folder, 'demo.gguf'));
    const flags = ['--models-dir', folder, '-np', '2', '-c', '8192', '--metrics'];
    const url = await startLlamaServer(program, flags, { model: false });
    const { checks } = await runDoctor('--upstream', url);
    expect(checks['model']?.found).toBe('demo');
    expect(checks['context']?.found).toContain('4 096 tokens for each slot');
    expect(checks['template']?.verdict).toBe('ok');
    expect(checks['server']?.verdict).toBe('ok');
  });

  test('a key: without the right one exit code 2, with it the report', async () => {
    const url = await startLlamaServer(program, ['-np', '1', ...wide, '--api-key', 'right']);
    const refused = await runDoctor('--upstream', url, '--upstream-api-key', 'wrong');
    expect(refused.code).toBe(2);
    expect(refused.checks['reachable']?.remedy).toContain('--upstream-api-key');
    const { code, checks } = await runDoctor('--upstream', url, '--upstream-api-key', 'right');
    expect(code).toBe(0);
    expect(checks['access']?.found).toBe('it wants a key');
  });
});
