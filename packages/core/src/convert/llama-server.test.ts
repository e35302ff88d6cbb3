import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCountTokensRequest } from '../messages/schema.ts';
import type { CountTokensRequest, MessagesRequest } from '../messages/types.ts';
import { startLlamaServer } from '../test-llama-server.ts';
import { toChatRequest } from './request.ts';

const executable = process.env['LLAMA_SERVER'];
const clients = new URL('../../../testkit/fixtures/clients/', import.meta.url);
const demoModel = new URL('../../../../tools/demo-model/', import.meta.url);
const options = {
  model: { id: 'demo', vision: false, effort: false },
  traits: { echoesPrefill: true, schemaExcludesTools: true },
};

if (!executable) console.warn('LLAMA_SERVER is not set: conversions are NOT tried on a real llama-server');

/** Like Qwen3.5's, the template refuses a system message that is not the first. */
const strictCheck =
  "{%- for message in messages %}{%- if message.role == 'system' and not loop.first %}" +
  "{{- raise_exception('System message must be at the beginning') }}{%- endif %}{%- endfor %}\n";

describe.skipIf(!executable)('a real llama-server takes', () => {
  let server: ChildProcess;
  let base: string;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llama-messages-'));
    const template = join(folder, 'strict.jinja');
    writeFileSync(template, strictCheck + readFileSync(new URL('template.jinja', demoModel), 'utf8'));
    ({ server, base } = await startLlamaServer(executable ?? '', [
      '-c',
      '4096',
      '--chat-template-file',
      template,
    ]));
  }, 60_000);

  afterAll(() => {
    // On SIGTERM it locks a mutex that its main loop may be holding, and hangs if it generates at that moment.
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(base + path, { method: 'POST', body: JSON.stringify(body) });
    const answer = (await response.json()) as unknown;
    expect([response.status, response.ok ? undefined : answer]).toEqual([200, undefined]);
    return answer;
  }

  it('templates that refuse late system messages, so that the next tests prove something', async () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'system', content: 'b' },
    ];
    const response = await fetch(`${base}/apply-template`, {
      method: 'POST',
      body: JSON.stringify({ messages }),
    });
    expect(await response.text()).toContain('System message must be at the beginning');
    expect(response.ok).toBe(false);
  });

  it.each(recorded())('the recorded request $path', async ({ body }) => {
    const chat = toChatRequest(checkCountTokensRequest(body), options);
    expect(await post('/apply-template', chat)).toEqual({
      prompt: expect.stringContaining('<|im_start|>assistant'),
    });
    expect(await post('/v1/chat/completions/input_tokens', chat)).toMatchObject({
      input_tokens: expect.any(Number),
    });
  });

  const tools = [
    { name: 'f', description: 'd', input_schema: { type: 'object', properties: { x: { type: 'string' } } } },
  ];
  const format = {
    type: 'json_schema' as const,
    schema: { type: 'object', properties: { answer: { type: 'number' } }, required: ['answer'] },
  };
  const begun: MessagesRequest['messages'] = [
    { role: 'user', content: 'hi' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'The' },
      ],
    },
  ];

  it.each<[string, Partial<MessagesRequest>]>([
    ['thinking switched off', { thinking: { type: 'disabled' } }],
    ['thinking without a budget', { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }],
    ['a budget of nothing', { thinking: { type: 'enabled', budget_tokens: 0 } }],
    ['the beginning of an answer while thinking', { messages: begun, thinking: { type: 'adaptive' } }],
    [
      'the beginning of an answer and a tool that must be called',
      { messages: begun, tools, tool_choice: { type: 'any' }, thinking: { type: 'adaptive' } },
    ],
    ['a named tool', { tools, tool_choice: { type: 'tool', name: 'f' }, thinking: { type: 'adaptive' } }],
    ['tools that may not be used', { tools, tool_choice: { type: 'none' } }],
    ['one tool call at a time', { tools, tool_choice: { type: 'auto', disable_parallel_tool_use: true } }],
    [
      'tools known by type',
      {
        tools: [{ type: 'bash_20250124' }, { type: 'text_editor_20250728' }, { type: 'memory_20250818' }],
        tool_choice: { type: 'any' },
      },
    ],
    ['a schema', { output_config: { format }, thinking: { type: 'adaptive' } }],
    ['a schema and tools', { output_config: { format }, tools, thinking: { type: 'adaptive' } }],
    [
      'a schema and tools that may not be used',
      { output_config: { format }, tools, tool_choice: { type: 'none' } },
    ],
    [
      'a schema and the beginning of an answer',
      {
        output_config: { format },
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', content: '{' },
        ],
      },
    ],
    ['no output at all', { max_tokens: 0 }],
    ['stop sequences and sampling', { stop_sequences: ['', 'END'], temperature: 0, top_k: 1, top_p: 0.5 }],
  ])('%s', async (_, fields) => {
    const request = {
      model: 'm',
      max_tokens: 8,
      messages: [{ role: 'user' as const, content: 'hi' }],
      ...fields,
    };
    const answer = await post('/v1/chat/completions', toChatRequest(request, options));
    expect(answer).toMatchObject({ choices: [{ message: { role: 'assistant' } }] });
  });

  it('the beginning of an answer without repeating its thinking', async () => {
    const request = { model: 'm', max_tokens: 4, messages: begun, thinking: { type: 'adaptive' as const } };
    const answer = (await post('/v1/chat/completions', toChatRequest(request, options))) as {
      choices: { message: { content: string; reasoning_content?: string } }[];
    };
    const message = answer.choices[0]?.message;
    expect(message?.content).toMatch(/^The/);
    expect(message?.reasoning_content ?? '').toBe('');
  });
});

function recorded(): { path: string; body: CountTokensRequest }[] {
  return readdirSync(clients, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes('POST_v1_messages') && path.endsWith('.json'))
    .sort()
    .map((path) => ({
      path,
      ...(JSON.parse(readFileSync(new URL(path, clients), 'utf8')) as { body: CountTokensRequest }),
    }))
    .filter(({ body }) => !body.thread)
    .map(({ path, body }) => ({ path, body }));
}
