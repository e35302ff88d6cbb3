import { streamAnswer } from '../answer.ts';
import { finishChunk, progressChunk, textAnswerChunks, textChunk } from '../chat-chunks.ts';
import { type ConformanceCase, expectError, requestOf, streamOf } from '../conformance-case.ts';
import { createGate, within } from '../gate.ts';

const invalid = { status: 400, type: 'invalid_request_error' } as const;
const maxTokens = { max_tokens: 4_096 };
const exceeds = (prompt: number, window: number) =>
  new RegExp(
    `^input length and \`max_tokens\` exceed context limit: ${prompt} \\+ \\d+ > ${window}, decrease input length or \`max_tokens\` and try again$`,
  );

/** Room for the answer, in the sentences that clients parse: one starts a compaction, the other asks for less. */
export const contextCases: readonly ConformanceCase[] = [
  {
    id: 'context.no-room',
    title:
      'MUST stop before the prompt is read, if fewer than 256 tokens are left for the answer, and say so in the words that clients parse',
    run: async (context) => {
      const { client, upstream } = await context.createServer({}, { contextWindow: 8_192 });
      for (const request of [requestOf('Hello', maxTokens), streamOf('Hello', maxTokens)]) {
        upstream.answer(streamAnswer(progressChunk(7_937, 0), createGate().opened, textChunk('x')));
        const response = await within(client.messages(request), 2_000, 'a refusal');
        await expectError(context, response, { ...invalid, message: exceeds(7_937, 8_192) });
        await within((await upstream.nextCall()).closed, 1_000, 'the upstream is stopped');
      }
    },
  },
  {
    id: 'context.slot',
    title: 'MUST give the slot back that a refused prompt has held',
    run: async (context) => {
      const { client, upstream } = await context.createServer({ concurrency: 1 }, { contextWindow: 8_192 });
      for (const request of [requestOf('Hello', maxTokens), streamOf('Hello', maxTokens)]) {
        upstream.answer(streamAnswer(progressChunk(7_937, 0), createGate().opened));
        const response = await within(client.messages(request), 2_000, 'a refusal');
        await expectError(context, response, { ...invalid, message: exceeds(7_937, 8_192) });
      }
      const next = await within(client.messages(requestOf('Hello')), 2_000, 'the next answer');
      context.expect(next.status, await next.text()).toBe(200);
    },
  },
  {
    id: 'context.room',
    title:
      'MUST answer with what room there is from 256 tokens on, and always where the client wants no more than that',
    run: async (context) => {
      const { client, upstream } = await context.createServer({}, { contextWindow: 8_192 });
      for (const [total, more] of [
        [7_936, maxTokens],
        [8_100, { max_tokens: 92 }],
      ] as const) {
        upstream.answer(streamAnswer(progressChunk(total, 0), textChunk('x'), finishChunk('stop')));
        const response = await client.messages(requestOf('Hello', more));
        context.expect(response.status, await response.text()).toBe(200);
      }
    },
  },
  {
    id: 'context.clamped',
    title: 'MUST ask a server that checks max_tokens for no more than fits behind the prompt',
    run: async (context) => {
      const { client, upstream } = await context.createServer(
        {},
        { kind: 'vllm', contextWindow: 1_000, inputTokens: 600 },
      );
      upstream.on('POST /v1/chat/completions', () => streamAnswer(...textAnswerChunks('x')));
      for (const [asked, sent] of [
        [4_096, 400],
        [100, 100],
      ]) {
        const response = await client.messages(requestOf('Hello', { max_tokens: asked }));
        context.expect(response.status, await response.text()).toBe(200);
        context.expect(upstream.chatCalls.at(-1)?.body?.['max_tokens']).toBe(sent);
      }
    },
  },
  {
    id: 'context.counted',
    title: "MUST refuse a prompt that the server's own count says is too long, before anything is generated",
    run: async (context) => {
      for (const [inputTokens, message] of [
        [900, exceeds(900, 1_000)],
        [1_200, /^prompt is too long: 1200 tokens > 1000 maximum$/],
      ] as const) {
        const { client, upstream } = await context.createServer(
          {},
          { kind: 'vllm', contextWindow: 1_000, inputTokens },
        );
        for (const request of [requestOf('Hello', maxTokens), streamOf('Hello', maxTokens)])
          await expectError(context, await client.messages(request), { ...invalid, message });
        context.expect(upstream.chatCalls).toHaveLength(0);
      }
    },
  },
];
