import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatRequest, ChatTool } from '../chat/types.ts';
import { toChatRequest } from '../convert/request.ts';
import { checkCountTokensRequest } from '../messages/schema.ts';
import type { CountTokensRequest } from '../messages/types.ts';
import { startLlamaServer } from '../test-llama-server.ts';
import { isGrammarFailure, simplifyTools } from './offending-tool.ts';

const executable = process.env['LLAMA_SERVER'];
const clients = new URL('../../../testkit/fixtures/clients/', import.meta.url);
const options = { model: { id: 'demo' }, traits: { echoesPrefill: true, schemaExcludesTools: true } };

if (!executable) console.warn('LLAMA_SERVER is not set: tool schemas are NOT tried on a real llama-server');

describe.skipIf(!executable)('the grammar compiler of a real llama-server', () => {
  let server: ChildProcess;
  let base: string;

  beforeAll(async () => {
    ({ server, base } = await startLlamaServer(executable ?? '', ['-c', '16384']));
  }, 60_000);

  afterAll(() => {
    // It may hang in a grammar, which is what this file is about.
    server.kill('SIGKILL');
  });

  async function compile(tools: readonly ChatTool[]): Promise<string> {
    const request: ChatRequest & { stream: false } = {
      model: 'demo',
      messages: [{ role: 'user', content: 'hi' }],
      tools,
      tool_choice: 'required',
      max_tokens: 1,
      stream: false,
    };
    const response = await fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(20_000),
    });
    const answer = (await response.json()) as { error?: { message: string } };
    return response.ok ? 'compiled' : (answer.error?.message ?? String(response.status));
  }

  const simplified = (tools: readonly ChatTool[], level: 0 | 1 | 2): readonly ChatTool[] =>
    simplifyTools({ model: 'demo', messages: [], tools }, level).tools ?? [];

  it.each(recordedTools())('takes the tools of $path', async ({ tools }) => {
    expect(await compile(simplified(tools, 0))).toBe('compiled');
  });

  it.each<[string, unknown]>([
    ['too many repetitions', { type: 'string', minLength: 5000 }],
    ['a length that is no count', { type: 'string', maxLength: Number.MAX_SAFE_INTEGER }],
    ['a list on the edge of the limit', { type: 'array', items: { type: 'string' }, maxItems: 2001 }],
    ['another document', { $ref: 'https://example.com/a.json' }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
    ['left recursion', { $ref: '#/$defs/loop' }],
    ['a boolean', true],
    ['boolean items', { type: 'array', items: false }],
    ['no alternatives', { anyOf: [] }],
    ['no values', { enum: [] }],
    ['an unknown type', { type: 'file' }],
    ['a bound that is no number', { type: 'integer', minimum: '5' }],
    ['the bound of draft 4', { type: 'integer', exclusiveMinimum: true }],
    ['a pattern that is none', { type: 'string', pattern: '^*$' }],
    ['a pattern that repeats too often', { type: 'string', pattern: '^a{5000}$' }],
    ['a bracket in a name', { type: 'object', properties: { 'a[b]': {} }, additionalProperties: true }],
  ])('refuses %s, and takes it simplified', async (_, property) => {
    const tools = [toTool(property)];
    expect(isGrammarFailure(await compile(tools))).toBe(true);
    for (const level of [0, 1, 2] as const) expect(await compile(simplified(tools, level))).toBe('compiled');
  });

  // As they are, these keep the server busy for good.
  it.each<[string, unknown]>([
    ['turned around lengths', { type: 'string', minLength: 5, maxLength: 2 }],
    ['turned around counts', { type: 'array', items: { type: 'string' }, minItems: 5, maxItems: 2 }],
    ['turned around repetitions', { type: 'string', pattern: '^a{5,2}$' }],
    ['a bound of 64 bits', { type: 'integer', minimum: -(2 ** 63), maximum: 2 ** 63 }],
  ])('takes %s simplified', async (_, property) => {
    expect(await compile(simplified([toTool(property)], 0))).toBe('compiled');
  });

  it.each([
    '^\\d{1,3}(?:\\.\\d+)?$',
    '^[\\w.-]+@[\\w.-]+$',
    '^(a|[b\\]\\[-])*\\.txt$',
    '^[^\\s]{1,50}$',
    '^.*$',
    '^é{2}😀+$',
    '(?i)a',
  ])('takes the pattern %s simplified', async (pattern) => {
    expect(await compile(simplified([toTool({ type: 'string', pattern })], 0))).toBe('compiled');
  });
});

function toTool(property: unknown): ChatTool {
  return {
    type: 'function',
    function: {
      name: 'f',
      parameters: {
        type: 'object',
        properties: { x: property },
        $defs: { loop: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/loop' }] } },
      },
    },
  };
}

/** Each list once. Descriptions are left out: they say nothing to a grammar, and 60 KB of them fill a small context. */
function recordedTools(): { path: string; tools: readonly ChatTool[] }[] {
  const lists = new Map<string, { path: string; tools: readonly ChatTool[] }>();
  const paths = readdirSync(clients, { recursive: true, encoding: 'utf8' }).sort();
  for (const path of paths) {
    if (!path.includes('POST_v1_messages') || !path.endsWith('.json')) continue;
    const { body } = JSON.parse(readFileSync(new URL(path, clients), 'utf8')) as { body: CountTokensRequest };
    if (body.thread || !body.tools) continue;
    // Every tool at once, also the deferred ones.
    const request = { ...body, tools: body.tools.map((tool) => ({ ...tool, defer_loading: false })) };
    delete request.tool_choice;
    const { tools = [] } = toChatRequest(checkCountTokensRequest(request), options);
    const bare = tools.map((tool) => withoutDescriptions(tool) as ChatTool);
    if (bare.length > 0) lists.set(JSON.stringify(bare), { path, tools: bare });
  }
  return [...lists.values()];
}

function withoutDescriptions(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      key === 'description' && typeof inner === 'string' ? undefined : inner,
    ),
  );
}
