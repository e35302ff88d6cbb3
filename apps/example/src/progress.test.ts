import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hubServer, repository } from './testing/hub-server.ts';
import { demoModel, readyUrl, runApp } from './testing/run-app.ts';
import { hasTerminal, runInTerminal } from './testing/run-in-terminal.ts';

if (!hasTerminal) console.warn('SKIPPED: what is shown on a terminal. There is no `script` of util-linux.');

test('in a pipe, what is over soon leaves no trace', async () => {
  const app = runApp(['--port', '0', '--model', demoModel]);
  await readyUrl(app);
  expect(app.output()).not.toContain('Loading');
  expect(app.output()).not.toContain('\r');
});

test.skipIf(!hasTerminal)(
  'on a terminal: fetching, loading, and nothing of both when it is ready',
  async () => {
    const hub = await hubServer({ files: { 'demo-model-Q8_0.gguf': readFileSync(demoModel) } });
    const home = mkdtempSync(join(tmpdir(), 'llama-messages-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    vi.stubEnv('HF_ENDPOINT', hub.url);
    vi.stubEnv('HF_HOME', home);
    onTestFinished(() => void vi.unstubAllEnvs());

    const output = await runInTerminal(['--port', '0', '--model', `hf:${repository}`], /Ctrl-C ends it/);
    const [, ready = ''] = output.split('llama-messages ready');
    expect(output).toMatch(/\rAsking \S+ for owner\/demo-GGUF \.\.\. 0 s/);
    expect(output).toMatch(/\r(?:\[[#.]{24}\] )?Downloading \.\.\. /);
    expect(output).toMatch(/\rLoading demo-model-Q8_0\.gguf in this process \.\.\. /);
    // Each line is wiped before the next one stands there.
    expect(output).toContain('\r\u001B[Kllama-messages ready');
    expect(ready).not.toContain('\r\u001B[K');
  },
);

test.skipIf(!hasTerminal)('doctor has colours on a terminal', async () => {
  const output = await runInTerminal(['doctor', '--upstream', 'http://127.0.0.1:1'], /mended\./);
  expect(output).toContain('\u001B[31mproblem');
});
