import type { Message } from '@llama-messages/core';
import {
  type ConformanceCase,
  askedModel,
  expectError,
  requestOf,
  sentMessages,
} from '../conformance-case.ts';

const turn = { role: 'user', content: 'Hello' };
const invalid = { status: 400, type: 'invalid_request_error' } as const;

/** Wrong bodies, and the part that the message must name. */
const wrongBodies: readonly (readonly [id: string, body: unknown, message: RegExp])[] = [
  ['malformed', '{"model": "claude-test", ', /JSON/i],
  ['garbage', 'not json at all', /JSON/i],
  ['empty', '', /.+/],
  ['array', [], /.+/],
  ['null', 'null', /.+/],
  ['number', '7', /.+/],
  ['no-messages', { model: askedModel, max_tokens: 5 }, /messages/],
  ['no-max-tokens', { model: askedModel, messages: [turn] }, /max_tokens/],
  ['no-model', { max_tokens: 5, messages: [turn] }, /model/],
  ['model-type', { model: 5, max_tokens: 5, messages: [turn] }, /model/],
  ['messages-empty', { model: askedModel, max_tokens: 5, messages: [] }, /messages/],
  ['messages-type', { model: askedModel, max_tokens: 5, messages: 'Hello' }, /messages/],
  ['message-type', { model: askedModel, max_tokens: 5, messages: ['Hello'] }, /messages\.0/],
  [
    'role',
    { model: askedModel, max_tokens: 5, messages: [{ role: 'robot', content: 'x' }] },
    /messages\.0\.role/,
  ],
  [
    'content-missing',
    { model: askedModel, max_tokens: 5, messages: [{ role: 'user' }] },
    /messages\.0\.content/,
  ],
  [
    'content-type',
    { model: askedModel, max_tokens: 5, messages: [{ role: 'user', content: 5 }] },
    /messages\.0\.content/,
  ],
  ['max-tokens-type', { model: askedModel, max_tokens: 'many', messages: [turn] }, /max_tokens/],
  ['tools-type', requestOf('Hello', { tools: { name: 'x' } }), /tools/],
  ['stop-type', requestOf('Hello', { stop_sequences: 'END' }), /stop_sequences/],
  ['temperature-type', requestOf('Hello', { temperature: 'hot' }), /temperature/],
  [
    'tool-result-missing',
    {
      model: askedModel,
      max_tokens: 5,
      messages: [
        turn,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }] },
        { role: 'user', content: 'and?' },
      ],
    },
    /tool_use.*tool_result|tool_result/,
  ],
];

const wrongBodyCases = wrongBodies.map(([id, body, message]): ConformanceCase => ({
  id: `limits.body.${id}`,
  title: `MUST answer a body that is wrong (${id}) with 400 and say where`,
  run: async (context) => {
    const response = await context.client.request('POST', '/v1/messages', { body });
    await expectError(context, response, { ...invalid, message });
    context.expect(context.upstream.chatCalls).toHaveLength(0);
  },
}));

const big = (bytes: number) => requestOf('x'.repeat(bytes));

/** What a server accepts and what it refuses. */
export const limitCases: readonly ConformanceCase[] = [
  ...wrongBodyCases,
  {
    id: 'limits.unknown-fields',
    title: 'MUST ignore fields, blocks, betas and versions that it does not know',
    run: async ({ client, expect }) => {
      const body = requestOf('Hello', {
        brand_new: { a: 1 },
        context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
        metadata: { user_id: '{"device_id":"x"}', other: 1 },
        service_tier: 'auto',
        cache_control: { type: 'ephemeral', ttl: '1h' },
        system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      });
      body['messages'] = [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hello', citations: null },
            { type: 'hologram', data: 'x' },
          ],
        },
      ];
      const headers = { 'anthropic-version': '2099-01-01', 'anthropic-beta': 'nothing-2099-01-01,other' };
      const response = await client.messages(body, headers);
      expect(response.status, await response.text()).toBe(200);
    },
  },
  {
    id: 'limits.large-max-tokens',
    title: 'MUST NOT refuse a max_tokens beyond the context window',
    run: async ({ client, upstream, expect }) => {
      const response = await client.messages(requestOf('Hello', { max_tokens: 128_000 }));
      expect(response.status, await response.text()).toBe(200);
      expect(upstream.chatCalls[0]?.body?.['max_tokens']).toBeLessThanOrEqual(8192);
    },
  },
  {
    id: 'limits.five-mebibytes',
    title: 'MUST accept a body of 5 MiB without any setting',
    run: async ({ client, upstream, expect }) => {
      const response = await client.messages(big(5 * 1024 * 1024));
      expect(response.status, (await response.text()).slice(0, 300)).toBe(200);
      const [message] = sentMessages(upstream.chatCalls[0]);
      expect(message?.content.length).toBe(5 * 1024 * 1024);
    },
  },
  ...[false, true].map((chunked): ConformanceCase => ({
    id: `limits.too-large.${chunked ? 'chunked' : 'length'}`,
    title: `MUST answer 413 when the body is over the limit, ${chunked ? 'without' : 'with'} a content-length, and go on serving`,
    run: async (context) => {
      const { client, upstream } = await context.createServer({ maxBodyBytes: 64 * 1024 });
      const body = big(300 * 1024);
      const response = await client.request('POST', '/v1/messages', { body, chunked });
      await expectError(context, response, { status: 413, type: 'request_too_large' });
      context.expect(upstream.chatCalls).toHaveLength(0);
      const next = await client.messages(big(32 * 1024));
      context.expect(next.status, await next.text()).toBe(200);
    },
  })),
  {
    id: 'limits.chunked-body',
    title: 'MUST accept a body without a content-length',
    run: async ({ client, expect }) => {
      const response = await client.request('POST', '/v1/messages', {
        body: requestOf('Hello'),
        chunked: true,
      });
      expect(response.status, await response.text()).toBe(200);
    },
  },
  {
    id: 'limits.content-type',
    title: 'SHOULD read JSON whatever its content type says',
    run: async ({ client, expect }) => {
      for (const contentType of ['application/json; charset=utf-8', 'text/plain']) {
        const response = await client.messages(requestOf('Hello'), { 'content-type': contentType });
        expect(response.status, `${contentType}: ${await response.text()}`).toBe(200);
      }
    },
  },
  {
    id: 'limits.deep-json',
    title: 'MUST survive a body that is nested without end, and say where',
    run: async (context) => {
      const { client, upstream, expect } = context;
      const call = { type: 'tool_use', id: 'toolu_1', name: 'look', input: 'NESTED' };
      const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'seen' };
      const messages = [turn, { role: 'assistant', content: [call] }, { role: 'user', content: [result] }];
      const bodies: readonly (readonly [body: Record<string, unknown>, message: RegExp | undefined])[] = [
        [requestOf('Hello', { metadata: 'NESTED' }), undefined],
        [
          { model: askedModel, max_tokens: 5, messages: [{ role: 'user', content: 'NESTED' }] },
          /^messages\.0\.content/,
        ],
        [{ model: askedModel, max_tokens: 5, messages }, /^messages\.1\.content\.0\.tool_use\.input: nested/],
        [
          requestOf('Hello', { tools: [{ name: 'look', input_schema: { a: 'NESTED' } }] }),
          /^tools\.0: nested/,
        ],
      ];
      for (const depth of [1_000, 200_000]) {
        const nested = '['.repeat(depth) + ']'.repeat(depth);
        for (const [body, message] of bodies) {
          // The second time, it may be what is remembered of the first.
          for (let time = 0; time < 2; time += 1) {
            const response = await client.messages(JSON.stringify(body).replace('"NESTED"', nested));
            if (message) await expectError(context, response, { ...invalid, message });
            else expect(response.status, (await response.text()).slice(0, 200)).toBe(200);
          }
        }
      }
      expect(upstream.chatCalls).toHaveLength(4);
      const response = await client.messages(requestOf('Hello'));
      expect(response.status, await response.text()).toBe(200);
    },
  },
  {
    id: 'limits.zero-max-tokens',
    title: 'MUST answer max_tokens 0, which warms the cache, with an empty message',
    run: async ({ client, expect }) => {
      const response = await client.messages(requestOf('Hello', { max_tokens: 0 }));
      expect((await response.json()) as Message).toMatchObject({ content: [], stop_reason: 'max_tokens' });
    },
  },
];
