import type { Message } from '@llama-messages/core';
import { streamAnswer } from '../answer.ts';
import { deltaChunk, finishChunk, textChunk, usageChunk } from '../chat-chunks.ts';
import { readEvents } from '../client.ts';
import { type ConformanceCase, requestOf, streamOf } from '../conformance-case.ts';
import { assertEventGrammar, toMessageFromEvents } from '../event-grammar.ts';

const answer = () =>
  streamAnswer(
    deltaChunk({ role: 'assistant', content: '' }),
    deltaChunk({ reasoning: 'short' }),
    textChunk('Hello'),
    textChunk(' there'),
    finishChunk('stop'),
    usageChunk(9, 4),
  );

/** An upstream that is not llama-server: found out by asking, not by an option. */
export const openaiUpstreamCases: readonly ConformanceCase[] = [
  {
    id: 'openai-upstream.message',
    title: 'MUST work in front of any OpenAI-compatible server, streamed or not',
    run: async ({ createServer, expect }) => {
      const { client, upstream } = await createServer({}, { kind: 'openai', models: ['local-model'] });
      upstream.answer(answer(), answer());
      const message = (await (await client.messages(requestOf('Hello'))).json()) as Message;
      const events = await readEvents(await client.messages(streamOf('Hello')));
      assertEventGrammar(events);
      for (const one of [message, toMessageFromEvents(events).message])
        expect(one).toMatchObject({
          content: [
            { type: 'thinking', thinking: 'short' },
            { type: 'text', text: 'Hello there' },
          ],
          stop_reason: 'end_turn',
          usage: { input_tokens: 9, output_tokens: 4 },
        });
      expect(upstream.chatCalls.map(({ body }) => body?.['model'])).toEqual(['local-model', 'local-model']);
    },
  },
];
