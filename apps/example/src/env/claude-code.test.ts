import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createScriptedLlamaServer,
  finishChunk,
  progressChunk,
  streamAnswer,
  textChunk,
  toolCallChunk,
  usageChunk,
  type ScriptedLlamaServer,
} from '@llama-messages/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readyUrl, runApp } from '../testing/run-app.ts';
import { recordingProxy, type RecordedRequest } from '../testing/recording-proxy.ts';

/** Path of a `claude` binary; tried with 2.1.197 and 2.1.330. */
const executable = process.env['CLAUDE_CODE'];
if (!executable)
  console.warn('CLAUDE_CODE does not name a claude binary: what env prints is NOT tried with it.');

const answer = streamAnswer(
  progressChunk(20_000, 0, 20_000),
  textChunk('whole answer'),
  finishChunk('stop'),
  usageChunk(20_000, 2),
);

interface Run {
  readonly requests: readonly RecordedRequest[];
  readonly result: { result: string; modelUsage: Record<string, { contextWindow: number }> };
}

describe.skipIf(!executable)('the real Claude Code with what env prints', { timeout: 60_000 }, () => {
  let upstream: ScriptedLlamaServer;
  let url: string;
  let requests: readonly RecordedRequest[];
  let home: string;

  beforeEach(async () => {
    upstream = await createScriptedLlamaServer({ models: ["it's local"], contextWindow: 65_536 });
    const app = await readyUrl(runApp(['--port', '0', '--upstream', upstream.url, '--api-key', 'k$y']));
    ({ url, requests } = await recordingProxy(app));
    home = mkdtempSync(join(tmpdir(), 'llama-messages-'));
    onTestFinished(async () => {
      rmSync(home, { recursive: true, force: true });
      await upstream.close();
    });
  });

  async function printed(...args: string[]): Promise<string> {
    const app = runApp(['env', '--url', url, '--api-key', 'k$y', ...args]);
    expect(await app.exit).toBe(0);
    return app.output();
  }

  async function claude(script: string, ...args: string[]): Promise<Run['result']> {
    const child = spawn('bash', ['--norc', '-c', `${script}\nexec "$0" "$@"`, executable ?? '', ...args], {
      cwd: home,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'], HOME: home },
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    await once(child, 'close');
    return JSON.parse(output) as Run['result'];
  }

  function expectAllHonoured({ result, modelUsage }: Run['result']): void {
    expect(result).toBe('whole answer');
    // CLAUDE_CODE_MAX_CONTEXT_TOKENS
    expect(modelUsage).toEqual({ "it's local": expect.objectContaining({ contextWindow: 65_536 }) });
    const messages = requests.filter(({ path }) => path.startsWith('/v1/messages'));
    expect(messages.length).toBeGreaterThan(0);
    for (const { headers, body } of messages) {
      expect(headers.authorization).toBe('Bearer k$y');
      expect(body).toMatchObject({ model: "it's local", max_tokens: 8_192 });
      // CLAUDE_CODE_ATTRIBUTION_HEADER
      expect(JSON.stringify(body)).not.toContain('x-anthropic-billing-header');
    }
    // CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC
    expect(requests.map(({ path }) => path)).not.toContain('/api/hello');
  }

  test('bash, evaluated', async () => {
    upstream.on('POST /v1/chat/completions', () => answer);
    expectAllHonoured(
      await claude(`eval "$(cat <<'END'\n${await printed()}\nEND\n)"`, '-p', 'hi', '--output-format', 'json'),
    );
  });

  test('json, as --settings', async () => {
    upstream.on('POST /v1/chat/completions', () => answer);
    const file = join(home, 'settings.json');
    writeFileSync(file, await printed('--shell', 'json'));
    expectAllHonoured(await claude('', '-p', 'hi', '--output-format', 'json', '--settings', file));
  });

  test.each(['haiku', 'sonnet', 'opus', 'fable'])(
    'a subagent that asks for %s gets the model too',
    async (family) => {
      const call = toolCallChunk({
        index: 0,
        id: family,
        name: 'Agent',
        arguments: JSON.stringify({
          description: 'Look around',
          prompt: 'Look around.',
          subagent_type: 'general-purpose',
          model: family,
        }),
      });
      upstream.answer(
        streamAnswer(
          progressChunk(20_000, 0, 20_000),
          call,
          finishChunk('tool_calls'),
          usageChunk(20_000, 9),
        ),
      );
      upstream.answer(...Array.from({ length: 10 }, () => answer));
      await claude(`eval "$(cat <<'END'\n${await printed()}\nEND\n)"`, '-p', 'hi', '--output-format', 'json');
      const agents = requests.filter(({ headers }) => headers['x-claude-code-agent-id'] !== undefined);
      expect(agents.length).toBeGreaterThan(0);
      for (const { body } of agents) expect(body?.['model']).toBe("it's local");
    },
  );
});
