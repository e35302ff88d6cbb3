import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createScriptedLlamaServer,
  errorAnswer,
  finishChunk,
  jsonAnswer,
  progressChunk,
  streamAnswer,
  textAnswer,
  textAnswerChunks,
  textChunk,
  toolCallChunk,
  usageChunk,
  type Answer,
  type ScriptedCall,
  type ScriptedLlamaServer,
  type ScriptedServerOptions,
} from '@llama-messages/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { demoModel, runApp } from '../testing/run-app.ts';
import { startLlamaServer } from '../testing/start-llama-server.ts';
import type { Check } from './check.ts';

interface Report {
  readonly code: number | null;
  readonly verdict: string;
  readonly checks: Readonly<Record<string, Check>>;
}

async function doctor(...args: string[]): Promise<Report> {
  const app = runApp(['doctor', '--json', ...args]);
  const code = await app.exit;
  // On a slow machine, progress is told on standard error.
  const text = app.output().slice(app.output().indexOf('{'));
  const { verdict, checks } = JSON.parse(text) as { verdict: string; checks: Check[] };
  return { code, verdict, checks: Object.fromEntries(checks.map((check) => [check.id, check])) };
}

async function scripted(options: ScriptedServerOptions = {}): Promise<ScriptedLlamaServer> {
  const server = await createScriptedLlamaServer({ contextWindow: 65_536, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** What a sound model answers: calls where there are tools, else text, with everything cached that it had before. */
function soundAnswer({ body, bodyText }: ScriptedCall): Answer {
  const call = toolCallChunk({ index: 0, id: 'a', name: 'get_weather', arguments: '{"city":"Paris"}' });
  if (body?.['tools'] !== undefined) {
    return streamAnswer(progressChunk(50, 0, 50), call, finishChunk('tool_calls'), usageChunk(50, 9));
  }
  const text = [textChunk('1 2'), textChunk(' 3')];
  const cached = bodyText.includes('How many words') ? 490 : 0;
  return streamAnswer(
    progressChunk(500, cached, 500),
    ...text,
    finishChunk('stop'),
    usageChunk(500, 3, cached),
  );
}

const chat = 'POST /v1/chat/completions';

describe('scripted servers', () => {
  test('a sound one: no problem, no warning, exit code 0', async () => {
    const server = await scripted({ vision: true });
    server.on(chat, soundAnswer);
    const { code, verdict, checks } = await doctor('--upstream', server.url);
    expect(Object.values(checks).filter((check) => check.verdict !== 'ok')).toEqual([]);
    expect({ code, verdict }).toEqual({ code: 0, verdict: 'ok' });
    expect(checks['context']?.found).toBe('65 536 tokens for each slot');
    expect(checks['vision']?.found).toBe('images are seen');
    expect(checks['access']).toMatchObject({ verdict: 'ok', remedy: expect.stringContaining('--api-key') });
    expect(checks['tools']?.found).toBe('calls are parsed');
  });

  test('as text: one line and more for each check, none over 80 columns, no colour in a pipe', async () => {
    const server = await scripted({ contextWindow: 8_192 });
    server.on(chat, soundAnswer);
    const app = runApp(['doctor', '--upstream', `${server.url}/v1`]);
    expect(await app.exit).toBe(1);
    const lines = app.output().split('\n');
    expect(lines).toContain('  ok       tool calls      calls are parsed');
    expect(app.output()).toMatch(/^ {2}problem {2}context window {2}8 192 tokens/m);
    expect(app.output()).toMatch(/^1 problem\.$/m);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(app.output()).not.toContain('\u001B');
  });

  test.each(['vllm', 'llama-server'] as const)(
    'tool calls that %s prints as text are a problem, with the flags to set',
    async (kind) => {
      const server = await scripted({ kind });
      server.on(chat, ({ body }) =>
        body?.['tools'] === undefined
          ? streamAnswer(...textAnswerChunks('1 2 3'))
          : streamAnswer(...textAnswerChunks('<tool_call>{"name": "get_weather"}</tool_call>')),
      );
      const { code, checks } = await doctor('--upstream', server.url);
      expect(code).toBe(1);
      expect(checks['tools']).toMatchObject({
        verdict: 'problem',
        found: 'the call comes as text, not as a call',
      });
      expect(checks['tools']?.remedy).toContain(kind === 'vllm' ? '--tool-call-parser' : '--jinja');
    },
  );

  test('calls that only a forced choice brings are told apart', async () => {
    const server = await scripted();
    server.on(chat, (call) =>
      call.body?.['tools'] !== undefined && call.body['tool_choice'] !== 'required'
        ? streamAnswer(...textAnswerChunks('[TOOL_CALLS]get_weather'))
        : soundAnswer(call),
    );
    const { checks } = await doctor('--upstream', server.url);
    expect(checks['tools']).toMatchObject({
      verdict: 'problem',
      found: 'calls that the model makes by its own choice come as text',
      remedy: expect.stringContaining('textToolCalls'),
    });
  });

  test('thoughts in the text of the answer are a problem', async () => {
    const server = await scripted({ kind: 'vllm' });
    server.on(chat, (call) =>
      call.bodyText.includes('17 + 25')
        ? streamAnswer(...textAnswerChunks('They want a sum.</think>42'))
        : soundAnswer(call),
    );
    const { checks } = await doctor('--upstream', server.url);
    expect(checks['thinking']).toMatchObject({
      verdict: 'problem',
      remedy: expect.stringContaining('--reasoning-parser'),
    });
  });

  test('an old llama-server: says what it does not tell', async () => {
    const server = await scripted();
    server.on('POST /v1/chat/completions/input_tokens', () => errorAnswer(404, 'not_found_error', 'x'));
    server.on('GET /props', () =>
      jsonAnswer(200, { default_generation_settings: { n_ctx: 65_536 }, total_slots: 1 }),
    );
    server.on(chat, () => streamAnswer(textChunk('1 2 3'), finishChunk('stop'), usageChunk(500, 3, 499)));
    const { checks } = await doctor('--upstream', server.url);
    expect(checks['server']).toMatchObject({
      verdict: 'warning',
      remedy: expect.stringContaining('Update llama.cpp'),
    });
    expect(checks['template']?.verdict).toBe('unknown');
  });

  test('a template without tools is a problem', async () => {
    const server = await scripted();
    server.on('GET /props', () =>
      jsonAnswer(200, {
        default_generation_settings: { n_ctx: 65_536 },
        chat_template_caps: { supports_tools: false },
      }),
    );
    const { checks } = await doctor('--upstream', server.url);
    expect(checks['template']).toMatchObject({
      verdict: 'problem',
      found: expect.stringContaining('no tools'),
    });
  });

  test('Ollama: its own window and version are asked for', async () => {
    const server = await scripted({ kind: 'openai' });
    server.on('GET /v1/models', () => jsonAnswer(200, { data: [{ id: 'qwen', owned_by: 'library' }] }));
    server.on('GET /api/version', () => jsonAnswer(200, { version: '0.20.1' }));
    server.on('GET /api/ps', () => jsonAnswer(200, { models: [{ name: 'qwen', context_length: 4_096 }] }));
    server.on(chat, soundAnswer);
    const { code, checks } = await doctor('--upstream', server.url);
    expect(code).toBe(1);
    expect(checks['server']?.found).toBe('Ollama 0.20.1');
    expect(checks['context']).toMatchObject({
      verdict: 'problem',
      found: expect.stringContaining('4 096 tokens'),
      remedy: expect.stringContaining('OLLAMA_CONTEXT_LENGTH=65536'),
    });
  });

  test('a model that fails: its own words, and no further requests', async () => {
    const server = await scripted();
    server.on(chat, () => errorAnswer(500, 'server_error', 'CUDA error: out of memory'));
    const { code, checks } = await doctor('--upstream', server.url);
    expect(code).toBe(1);
    expect(checks['answer']).toMatchObject({
      verdict: 'problem',
      found: expect.stringContaining('CUDA error'),
    });
    expect(checks['tools']).toBeUndefined();
  });

  test('a model that says nothing is a problem', async () => {
    const server = await scripted();
    server.on(chat, () => streamAnswer(progressChunk(9, 0, 9), finishChunk('stop'), usageChunk(9, 0)));
    const { checks } = await doctor('--upstream', server.url);
    expect(checks['answer']).toMatchObject({ verdict: 'problem', found: 'the model says nothing' });
  });

  test('a prompt that is read anew each time is a problem', async () => {
    const server = await scripted();
    server.on(chat, (call) =>
      call.bodyText.includes('How many words')
        ? streamAnswer(progressChunk(500, 0, 500), textChunk('1'), finishChunk('length'), usageChunk(500, 1))
        : soundAnswer(call),
    );
    const { checks } = await doctor('--upstream', server.url);
    expect(checks['cache']).toMatchObject({
      verdict: 'problem',
      remedy: expect.stringContaining('--ctx-checkpoints'),
    });
  });

  test('one that is still loading: says so, and sends nothing', async () => {
    const server = await scripted();
    const loading = (): Answer => errorAnswer(503, 'unavailable_error', 'Loading model');
    for (const route of ['GET /health', 'GET /props', 'GET /v1/models']) server.on(route, loading);
    const { code, checks } = await doctor('--upstream', server.url);
    expect(code).toBe(1);
    expect(checks['model']).toMatchObject({ verdict: 'problem', found: expect.stringContaining('loading') });
    expect(server.chatCalls).toEqual([]);
  });

  test.each([
    ['a page', textAnswer(200, 'text/html', '<html>It works!</html>')],
    ['an error', errorAnswer(404, 'x', 'Not Found')],
  ])('%s in place of a list of models: exit code 2', async (_name, answer) => {
    const server = await scripted({ kind: 'openai' });
    server.on('GET /v1/models', () => answer);
    const { code, verdict, checks } = await doctor('--upstream', server.url);
    expect({ code, verdict }).toEqual({ code: 2, verdict: 'unreachable' });
    expect(checks['reachable']?.found).toContain('with no list of models at /v1/models');
  });
});

test('nothing there: exit code 2, and how to start one; no password is shown', async () => {
  const server = await createScriptedLlamaServer();
  const { host } = new URL(server.url);
  await server.close();
  const app = runApp(['doctor', '--upstream', `http://me:secret@${host}`]);
  expect(await app.exit).toBe(2);
  expect(app.output()).toContain(`nothing listens at ${host}`);
  expect(app.output()).toContain('llama-server');
  expect(app.output()).not.toContain('secret');
});

test('a wrong option: one line, exit code 1', async () => {
  const app = runApp(['doctor', '--upstream', 'localhost']);
  expect(await app.exit).toBe(1);
  expect(app.output()).toBe('--upstream must be a URL like http://127.0.0.1:8080, not localhost.\n');
});

const program = process.env['LLAMA_SERVER'] ?? '';
if (program === '') {
  console.warn(
    'SKIPPED: doctor with a real llama-server. Set LLAMA_SERVER to a llama-server to run these tests.',
  );
}

describe.skipIf(program === '')('the real llama-server', { timeout: 60_000 }, () => {
  const wide = ['-c', '65536', '--override-kv', 'llama.context_length=int:65536'];

  async function examine(flags: readonly string[], ...args: string[]): Promise<Report> {
    return doctor('--upstream', await startLlamaServer(program, flags), ...args);
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
    const { checks } = await doctor('--upstream', url);
    expect(checks['model']?.found).toBe('demo');
    expect(checks['context']?.found).toContain('4 096 tokens for each slot');
    expect(checks['template']?.verdict).toBe('ok');
    expect(checks['server']?.verdict).toBe('ok');
  });

  test('a key: without the right one exit code 2, with it the report', async () => {
    const url = await startLlamaServer(program, ['-np', '1', ...wide, '--api-key', 'right']);
    const refused = await doctor('--upstream', url, '--upstream-api-key', 'wrong');
    expect(refused.code).toBe(2);
    expect(refused.checks['reachable']?.remedy).toContain('--upstream-api-key');
    const { code, checks } = await doctor('--upstream', url, '--upstream-api-key', 'right');
    expect(code).toBe(0);
    expect(checks['access']?.found).toBe('it wants a key');
  });
});
