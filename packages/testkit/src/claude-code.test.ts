import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessagesHandler, type MessagesOptions } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorAnswer, resetStreamAnswer, streamAnswer } from './answer.ts';
import {
  finishChunk,
  progressChunk,
  reasoningChunk,
  textChunk,
  toolCallChunk,
  usageChunk,
} from './chat-chunks.ts';
import { listen } from './listen.ts';
import { createScriptedLlamaServer, type ScriptedLlamaServer } from './scripted-llama-server.ts';

/** Path of a `claude` binary; tried with 2.1.197 and 2.1.330. */
const executable = process.env['CLAUDE_CODE'];
if (!executable) console.warn('CLAUDE_CODE does not name a claude binary: the real Claude Code is NOT tried');

const whole = [
  progressChunk(20_000, 0, 20_000),
  textChunk('whole '),
  textChunk('answer'),
  finishChunk('stop'),
  usageChunk(20_000, 2),
];

describe.skipIf(!executable)('the real Claude Code', () => {
  let upstream: ScriptedLlamaServer;
  let home: string;

  beforeEach(async () => {
    upstream = await createScriptedLlamaServer({ contextWindow: 65_536 });
    home = mkdtempSync(join(tmpdir(), 'llama-messages-'));
  });
  afterEach(async () => {
    await upstream.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** Runs `claude -p` against a server in front of the scripted upstream and returns what it prints. */
  async function claude(
    args: readonly string[],
    environment: Record<string, string> = {},
    options: Partial<MessagesOptions> = {},
  ): Promise<string> {
    const handler = createMessagesHandler({ upstream: upstream.url, ...options });
    const server = await listen(createServer(toNodeListener(handler)), () => handler.close());
    const child = spawn(executable ?? '', ['-p', ...args], {
      cwd: home,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        ANTHROPIC_BASE_URL: server.url,
        ANTHROPIC_AUTH_TOKEN: 'none',
        ANTHROPIC_MODEL: 'my-local',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        ...environment,
      },
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    await once(child, 'close');
    await server.close();
    return output.trim();
  }

  it('runs a tool, and its next prompt goes on from the one before, arguments as they were generated', async () => {
    const generated = '{ "command": "echo from-tool",  "description": "Echo" }';
    upstream.answer(
      streamAnswer(
        progressChunk(20_000, 0, 20_000),
        reasoningChunk('I should run it.'),
        textChunk('I will run it.'),
        toolCallChunk({ index: 0, id: 'x1', name: 'Bash', arguments: generated }),
        finishChunk('tool_calls'),
        usageChunk(20_000, 20),
      ),
    );
    upstream.answer(streamAnswer(...whole));
    expect(await claude(['run echo from-tool', '--allowedTools', 'Bash(echo:*)'])).toBe('whole answer');
    const [first, second] = upstream.chatCalls.map(
      (call) => call.body?.['messages'] as Record<string, unknown>[],
    );
    expect(second?.slice(0, first?.length)).toEqual(first);
    expect(second?.[first?.length ?? 0]).toMatchObject({
      role: 'assistant',
      reasoning_content: 'I should run it.',
      content: 'I will run it.',
      tool_calls: [{ function: { name: 'Bash', arguments: generated } }],
    });
    expect(second?.[(first?.length ?? 0) + 1]).toMatchObject({ role: 'tool', content: 'from-tool' });
    expect(JSON.stringify(second)).not.toContain('x-anthropic-billing-header');
  });

  it('recovers from an answer that is cut', async () => {
    upstream.answer(resetStreamAnswer(progressChunk(20_000, 0, 20_000), textChunk('half an ans')));
    upstream.answer(streamAnswer(...whole));
    expect(await claude(['say something'])).toBe('whole answer');
  });

  it('recognises a prompt that is too long by its sentence', async () => {
    upstream.on('POST /v1/chat/completions', () =>
      errorAnswer(
        400,
        'exceed_context_size_error',
        'request (60009 tokens) exceeds the available context size (4096 tokens)',
      ),
    );
    expect(await claude(['say something'])).toMatch(/^Prompt is too long/);
  });

  it('waits while the model is loaded', async () => {
    upstream.on('POST /v1/chat/completions', () => errorAnswer(503, 'unavailable_error', 'Loading model'));
    const loaded: Partial<MessagesOptions> = {
      graceMs: 10,
      onProgress: ({ phase }) => {
        if (phase === 'loading') upstream.reset();
      },
    };
    expect(await claude(['say something'], {}, loaded)).not.toBe('');
    expect(upstream.chatCalls.length).toBeGreaterThan(0);
  });

  it.each([
    ['my-local', 32_768],
    ['anthropic-local', 32_768],
    // A model that it knows keeps its own window, whatever the setting says.
    ['claude-sonnet-4-5', 200_000],
  ])('takes the context window of %s from CLAUDE_CODE_MAX_CONTEXT_TOKENS as %i', async (model, expected) => {
    upstream.answer(streamAnswer(...whole));
    const output = await claude(['say something', '--output-format', 'json', '--model', model], {
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: '32768',
      CLAUDE_CODE_MAX_OUTPUT_TOKENS: '4096',
    });
    const { modelUsage } = JSON.parse(output) as { modelUsage: Record<string, { contextWindow: number }> };
    expect(modelUsage[model]?.contextWindow).toBe(expected);
    expect(upstream.chatCalls[0]?.body?.['max_tokens']).toBe(4_096);
  });
});
