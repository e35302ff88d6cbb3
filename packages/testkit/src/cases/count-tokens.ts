import { errorAnswer, fixtureAnswer, jsonAnswer, resetAnswer } from '../answer.ts';
import type { Client } from '../client.ts';
import { type ConformanceCase, askedModel, expectError } from '../conformance-case.ts';

const route = '/v1/messages/count_tokens';
const header = 'llama-messages-token-count';
const countRequest = (text: string) => ({ model: askedModel, messages: [{ role: 'user', content: text }] });

async function count(client: Client, text: string) {
  const response = await client.request('POST', route, { body: countRequest(text) });
  const body = (await response.json()) as { input_tokens: number };
  return { status: response.status, body, how: String(response.headers[header]) };
}

/** What a prompt costs, before it is sent. */
export const countTokensCases: readonly ConformanceCase[] = [
  {
    id: 'count-tokens.exact',
    title: 'MUST say what the upstream counts for the very prompt that it would get',
    run: async ({ createServer, expect }) => {
      const { client, upstream } = await createServer({}, { inputTokens: 302 });
      const tools = [
        { name: 'look', description: 'looks', input_schema: { type: 'object', properties: {} } },
      ];
      const body = { ...countRequest('Hello'), system: 'Be brief.', tools };
      const response = await client.request('POST', route, { body });
      expect(await response.json()).toEqual({ input_tokens: 302 });
      expect(response.headers[header]).not.toMatch(/estimate/);
      const asked = upstream.calls.find(({ path }) => path.endsWith('/input_tokens'));
      expect(asked?.body).toMatchObject({
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hello' },
        ],
        tools: [{ type: 'function', function: { name: 'look' } }],
      });
      expect(upstream.chatCalls).toHaveLength(0);
    },
  },
  {
    id: 'count-tokens.estimated',
    title: 'MUST estimate when the upstream cannot count, and say so',
    run: async ({ createServer, expect }) => {
      const { client } = await createServer({}, { kind: 'openai' });
      const short = await count(client, 'Hello');
      const long = await count(client, 'word '.repeat(2_000));
      expect(short.status, JSON.stringify(short.body)).toBe(200);
      expect(short.how).toMatch(/estimate/);
      expect(short.body.input_tokens).toBeGreaterThan(0);
      expect(long.body.input_tokens).toBeGreaterThan(1_000);
      expect(long.body.input_tokens).toBeLessThan(6_000);
    },
  },
  {
    id: 'count-tokens.vllm',
    title: 'MUST say what vLLM counts',
    run: async ({ createServer, expect }) => {
      const { client } = await createServer({}, { kind: 'vllm', inputTokens: 77 });
      expect(await count(client, 'Hello')).toMatchObject({ body: { input_tokens: 77 } });
    },
  },
  {
    id: 'count-tokens.not-served',
    title: 'MUST still answer when the upstream is too old to count',
    run: async ({ createServer, expect }) => {
      for (const kind of ['llama-server', 'vllm'] as const) {
        const { client, upstream } = await createServer({}, { kind });
        const missing = () => fixtureAnswer('not-found');
        upstream.on('POST /v1/chat/completions/input_tokens', missing);
        if (kind === 'vllm') upstream.on('POST /tokenize', missing);
        const { status, body } = await count(client, 'word '.repeat(2_000));
        expect(status, `${kind}: ${JSON.stringify(body)}`).toBe(200);
        expect(body.input_tokens).toBeGreaterThan(1_000);
      }
    },
  },
  {
    id: 'count-tokens.failing',
    title: 'MUST NOT make up a number when the upstream fails: an honest estimate or an error',
    run: async (context) => {
      const { client, upstream } = await context.createServer({});
      for (const call of ['POST /v1/chat/completions/input_tokens', 'POST /apply-template', 'POST /tokenize'])
        upstream.on(call, resetAnswer);
      const response = await client.request('POST', route, { body: countRequest('word '.repeat(2_000)) });
      if (response.status !== 200)
        return expectError(context, response, {
          status: [500, 502, 503, 529],
          type: ['api_error', 'overloaded_error'],
        });
      const body = (await response.json()) as { input_tokens: number };
      context.expect(response.headers[header]).toMatch(/estimate/);
      context.expect(body.input_tokens).toBeGreaterThan(1_000);
    },
  },
  {
    id: 'count-tokens.loading',
    title:
      'MUST wait for a model that is being loaded, and answer 529 with retry-after where that takes too long',
    run: async (context) => {
      const { expect } = context;
      const loading = () => errorAnswer(503, 'unavailable_error', 'Loading model');
      const waiting = await context.createServer({});
      let asked = 0;
      waiting.upstream.on('POST /v1/chat/completions/input_tokens', () => {
        asked += 1;
        return asked === 1 ? loading() : jsonAnswer(200, { input_tokens: 7 });
      });
      expect(await count(waiting.client, 'Hello')).toEqual({
        status: 200,
        body: { input_tokens: 7 },
        how: 'exact',
      });
      const hasty = await context.createServer({ loadingTimeoutMs: 0 });
      for (const call of ['GET /props', 'GET /v1/models', 'POST /v1/chat/completions/input_tokens'])
        hasty.upstream.on(call, loading);
      const refused = await hasty.client.request('POST', route, { body: countRequest('Hello') });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      await expectError(context, refused, { status: 529, type: 'overloaded_error' });
    },
  },
  {
    id: 'count-tokens.invalid',
    title: 'MUST check the body like a request for a message, but without max_tokens',
    run: async (context) => {
      const response = await context.client.request('POST', route, { body: { model: askedModel } });
      await expectError(context, response, {
        status: 400,
        type: 'invalid_request_error',
        message: /messages/,
      });
    },
  },
  {
    id: 'count-tokens.burst',
    title:
      'MUST count a prompt once that fifty ask for at the same time, and again, and others by themselves',
    run: async ({ createServer, expect }) => {
      const { client, upstream } = await createServer({}, { inputTokens: 7 });
      const counted = () => upstream.calls.filter(({ path }) => path.endsWith('/input_tokens')).length;
      const answers = await Promise.all(Array.from({ length: 50 }, () => count(client, 'Hello')));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).toEqual(
        new Set(['{"input_tokens":7}']),
      );
      expect(await count(client, 'Hello')).toMatchObject({ body: { input_tokens: 7 } });
      expect(counted()).toBe(1);
      await count(client, 'Hello, you');
      expect(counted()).toBe(2);
    },
  },
];
