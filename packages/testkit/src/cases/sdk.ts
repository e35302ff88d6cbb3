import Anthropic, { type APIError, AuthenticationError, BadRequestError } from '@anthropic-ai/sdk';
import { fixtureAnswer, streamAnswer } from '../answer.ts';
import { finishChunk, progressChunk, textAnswerChunks, toolCallChunk, usageChunk } from '../chat-chunks.ts';
import { type ConformanceCase, askedModel, sentMessages } from '../conformance-case.ts';
import { loadExpected } from '../fixtures.ts';

const sdkFor = (baseURL: string, apiKey = 'unused') => new Anthropic({ baseURL, apiKey, maxRetries: 0 });
const hello = { model: askedModel, max_tokens: 64, messages: [{ role: 'user' as const, content: 'Hello' }] };

/** The official SDK, unchanged. */
export const sdkCases: readonly ConformanceCase[] = [
  {
    id: 'sdk.create',
    title: 'MUST work with messages.create',
    run: async ({ url, upstream, expect }) => {
      upstream.answer(fixtureAnswer('thinking'));
      const message = await sdkFor(url).messages.create(hello);
      expect(message.content).toMatchObject([
        { type: 'thinking', thinking: 'I compute 3 + 4. It is 7.\n' },
        { type: 'text', text: '3 + 4 = 7' },
      ]);
      expect(message['_request_id']).toMatch(/^req_/);
    },
  },
  {
    id: 'sdk.stream',
    title: 'MUST work with messages.stream, its events and its final message',
    run: async ({ url, upstream, expect }) => {
      const { request, message } = loadExpected('tool-calls-parallel');
      upstream.answer(fixtureAnswer('tool-calls-parallel'));
      const stream = sdkFor(url).messages.stream(request as unknown as Anthropic.MessageStreamParams);
      const blocks: string[] = [];
      stream.on('contentBlock', (block) => blocks.push(block.type));
      const final = await stream.finalMessage();
      expect(blocks).toEqual(['tool_use', 'tool_use']);
      expect(final.stop_reason).toBe('tool_use');
      const { content } = message as { content: { input: unknown }[] };
      expect(final.content.map((block) => block.type === 'tool_use' && block.input)).toEqual(
        content.map(({ input }) => input),
      );
    },
  },
  {
    id: 'sdk.errors',
    title: 'MUST raise the error classes of the SDK, with request id and message',
    run: async ({ url, upstream, createServer, expect }) => {
      upstream.answer(fixtureAnswer('error-overflow'));
      const tooLong = await sdkFor(url)
        .messages.create(hello)
        .catch((error: unknown) => error);
      expect(tooLong).toBeInstanceOf(BadRequestError);
      expect(String(tooLong)).toContain('prompt is too long');
      expect((tooLong as APIError).requestID).toMatch(/^req_/);
      const locked = await createServer({ auth: ['right'] });
      const wrong = await sdkFor(locked.url, 'wrong')
        .messages.create(hello)
        .catch((error: unknown) => error);
      expect(wrong).toBeInstanceOf(AuthenticationError);
      await sdkFor(locked.url, 'right').messages.create(hello);
    },
  },
  {
    id: 'sdk.count-tokens',
    title: 'MUST work with messages.countTokens',
    run: async ({ url, expect }) => {
      const { model, messages } = hello;
      expect((await sdkFor(url).messages.countTokens({ model, messages })).input_tokens).toBe(42);
    },
  },
  {
    id: 'sdk.models',
    title: 'MUST work with models.list over all pages and with models.retrieve',
    run: async ({ createServer, expect }) => {
      const models = ['org/one:Q4', 'two', 'three'];
      const { url } = await createServer({}, { kind: 'openai', models });
      const sdk = sdkFor(url);
      const ids: string[] = [];
      for await (const model of sdk.models.list({ limit: 2 })) ids.push(model.id);
      expect(ids).toEqual(expect.arrayContaining(models));
      expect(new Set(ids).size).toBe(ids.length);
      expect((await sdk.models.retrieve('org/one:Q4')).id).toBe('org/one:Q4');
    },
  },
  {
    id: 'sdk.tool-runner',
    title: 'MUST work with the tool runner, to its end',
    run: async ({ url, upstream, expect }) => {
      upstream.answer(
        streamAnswer(
          progressChunk(10, 0, 10),
          toolCallChunk({ index: 0, id: 'call1', name: 'look', arguments: '{"at":"sky"}' }),
          finishChunk('tool_calls'),
          usageChunk(10, 5),
        ),
        streamAnswer(...textAnswerChunks('It is blue.')),
      );
      const looked: unknown[] = [];
      const message = await sdkFor(url).beta.messages.toolRunner({
        ...hello,
        system: 'Be brief.',
        tools: [
          {
            type: 'custom',
            name: 'look',
            description: 'Looks at something.',
            input_schema: { type: 'object', properties: { at: { type: 'string' } } },
            parse: (input: unknown) => input,
            run: (input: unknown) => {
              looked.push(input);
              return 'blue';
            },
          },
        ],
      });
      expect(looked).toEqual([{ at: 'sky' }]);
      expect(message.content).toMatchObject([{ type: 'text', text: 'It is blue.' }]);
      const sent = upstream.chatCalls.at(-1)?.body;
      expect(sent?.['tools']).toHaveLength(1);
      expect(sentMessages(upstream.chatCalls.at(-1)).map(({ role }) => role)).toEqual([
        'system',
        'user',
        'assistant',
        'tool',
      ]);
    },
  },
];
