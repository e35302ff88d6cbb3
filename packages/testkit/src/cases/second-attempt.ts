import type { ExchangeReport, Logger } from '@llama-messages/core';
import { type Answer, cutStreamAnswer, errorAnswer, streamAnswer } from '../answer.ts';
import { errorChunk, progressChunk, textAnswerChunks, textChunk } from '../chat-chunks.ts';
import {
  type ConformanceCase,
  expectError,
  readStreamedText,
  requestOf,
  streamOf,
} from '../conformance-case.ts';
import { createCollected } from '../collected.ts';
import { createGate } from '../gate.ts';

const tool = (name: string) => ({
  name,
  description: 'Does something.',
  input_schema: {
    type: 'object',
    properties: { zip: { type: 'string', pattern: '^[0-9]{5}$', minLength: 5 } },
    required: ['zip'],
  },
});
const withTools = { tools: [tool('look_up'), tool('send_parcel')] };

const toolsOf = (body: Record<string, unknown> | undefined) =>
  body?.['tools'] as { function: { name: string; parameters: { properties: { zip: object } } } }[];

const parserFailure = 'Failed to parse input at pos 0: <tool_call>';
/** Where llama-server says that it cannot parse what the model wrote: instead of an answer, or in one. */
const parserFailures: readonly (readonly [where: string, answer: () => Answer])[] = [
  ['instead of an answer', () => errorAnswer(500, 'server_error', parserFailure)],
  ['in the stream', () => cutStreamAnswer(progressChunk(10, 0, 10), errorChunk(parserFailure))],
];
const fine = () => streamAnswer(...textAnswerChunks('fine'));

/** Failures of llama.cpp that a second try gets past. */
export const secondAttemptCases: readonly ConformanceCase[] = [
  {
    id: 'second-attempt.grammar',
    title:
      'MUST ask again with simpler schemas if llama.cpp cannot build a grammar of them, and log which tool it was',
    run: async ({ createServer, expect }) => {
      const warnings: string[] = [];
      const logger: Logger = { warn: (line) => void warnings.push(line), error: () => {} };
      const { client, upstream } = await createServer({ logger });
      for (const [message, simplified] of [
        ['JSON schema conversion failed: pattern of send_parcel', ['send_parcel']],
        ['failed to parse grammar', ['look_up', 'send_parcel']],
      ] as const) {
        upstream.reset();
        warnings.length = 0;
        upstream.answer(errorAnswer(400, 'invalid_request_error', message), fine());
        const response = await client.messages(streamOf('Hello', withTools));
        expect(response.status).toBe(200);
        expect(await readStreamedText(response.events())).toBe('fine');
        expect(upstream.chatCalls).toHaveLength(2);
        const [first, second] = upstream.chatCalls.map(({ body }) => toolsOf(body));
        expect(
          first?.map(({ function: { parameters } }) => Object.keys(parameters.properties.zip).length),
        ).toEqual([3, 3]);
        for (const { function: sent } of second ?? []) {
          const isSimple = (simplified as readonly string[]).includes(sent.name);
          expect(Object.keys(sent.parameters.properties.zip), sent.name).toEqual(
            isSimple ? ['type'] : ['type', 'pattern', 'minLength'],
          );
        }
        expect(warnings).toHaveLength(1);
        for (const name of simplified) expect(warnings[0]).toContain(name);
      }
    },
  },
  {
    id: 'second-attempt.grammar-once',
    title: 'MUST give up after the second refusal of a grammar, with 400',
    run: async (context) => {
      const { client, upstream } = context;
      for (const request of [requestOf('Hello', withTools), streamOf('Hello', withTools)]) {
        upstream.reset();
        upstream.on('POST /v1/chat/completions', () =>
          errorAnswer(400, 'invalid_request_error', 'failed to parse grammar'),
        );
        await expectError(context, await client.messages(request), {
          status: 400,
          type: 'invalid_request_error',
          message: /grammar/,
        });
        context.expect(upstream.chatCalls).toHaveLength(2);
      }
    },
  },
  ...parserFailures.map(([where, answer], index): ConformanceCase => ({
    id: `second-attempt.parser-${index + 1}`,
    title: `MUST ask once more if llama-server cannot parse what the model wrote, said ${where}, before anything of it came`,
    run: async (context) => {
      const { client, upstream, expect } = context;
      upstream.answer(answer(), fine(), answer(), answer());
      const response = await client.messages(streamOf('Hello'));
      expect(response.status).toBe(200);
      expect(await readStreamedText(response.events())).toBe('fine');
      expect(upstream.chatCalls).toHaveLength(2);
      await expectError(context, await client.messages(requestOf('Hello')), {
        status: 500,
        type: 'api_error',
      });
      expect(upstream.chatCalls).toHaveLength(4);
    },
  })),
  {
    id: 'second-attempt.unstreamed',
    title: 'MUST ask once more also after a part of an answer that is not streamed, and report it as one',
    run: async (context) => {
      const { expect } = context;
      const reports = createCollected<ExchangeReport>();
      const { client, upstream } = await context.createServer({ onExchange: reports.add });
      const broken = (): Answer =>
        cutStreamAnswer(progressChunk(10, 0, 10), textChunk('Once'), errorChunk(parserFailure));
      upstream.answer(broken(), fine());
      const response = await client.messages(requestOf('Hello'));
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ content: [{ type: 'text', text: 'fine' }] });
      expect(await reports.next('a report')).toMatchObject({ outcome: 'completed' });
      upstream.answer(broken(), broken());
      await expectError(context, await client.messages(requestOf('Hello')), {
        status: 500,
        type: 'api_error',
      });
      expect(await reports.next('a report')).toMatchObject({ outcome: 'failed' });
      expect(upstream.chatCalls).toHaveLength(4);
    },
  },
  {
    id: 'second-attempt.not-after-content',
    title: 'MUST NOT ask again once a part of the answer has been sent, but end with an error event',
    run: async ({ client, upstream, expect }) => {
      const seen = createGate();
      upstream.answer(
        cutStreamAnswer(progressChunk(10, 0, 10), textChunk('Once'), seen.opened, errorChunk(parserFailure)),
      );
      const types: string[] = [];
      for await (const event of (await client.messages(streamOf('Hello'))).events()) {
        types.push(event.type);
        if (event.type === 'content_block_delta') seen.open();
      }
      expect(types.at(-1)).toBe('error');
      expect(types).toContain('content_block_delta');
      expect(upstream.chatCalls).toHaveLength(1);
    },
  },
];
