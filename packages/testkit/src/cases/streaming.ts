import type { MessageStreamEvent } from '@llama-messages/core';
import { afterAnswer, streamAnswer } from '../answer.ts';
import {
  deltaChunk,
  finishChunk,
  progressChunk,
  textAnswerChunks,
  textChunk,
  usageChunk,
} from '../chat-chunks.ts';
import { readEvents } from '../client.ts';
import { type ConformanceCase, sentMessages, streamOf } from '../conformance-case.ts';
import { assertEventGrammar, toMessageFromEvents } from '../event-grammar.ts';
import { createGate, within } from '../gate.ts';
import { streamingContentCases } from './streaming-content.ts';

const start = [progressChunk(10, 0, 10), deltaChunk({ role: 'assistant', content: null })];

/** What a client that streams gets, and when. */
export const streamingCases: readonly ConformanceCase[] = [
  ...streamingContentCases,
  {
    id: 'streaming.unbuffered',
    title: 'MUST deliver every token before the upstream sends the next',
    run: async ({ client, upstream, expect }) => {
      const gates = [createGate(), createGate(), createGate()];
      const pieces = gates.flatMap((gate, index) => [textChunk(`t${index} `), gate.opened]);
      upstream.answer(streamAnswer(...start, ...pieces, finishChunk('stop'), usageChunk(10, 3)));
      const response = await client.messages(streamOf('Hello'), { 'accept-encoding': 'gzip, deflate, br' });
      let text = '';
      const read = async () => {
        for await (const event of response.events()) {
          if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue;
          text += event.delta.text;
          gates[text.split(' ').length - 2]?.open();
        }
      };
      await within(read(), 3_000, 'each token arrives while the upstream still holds the next');
      expect(text).toBe('t0 t1 t2 ');
    },
  },
  {
    id: 'streaming.true-counts-first',
    title: 'MUST send message_start with the true prompt and cache counts while the prompt is still read',
    run: async ({ client, upstream, expect }) => {
      const gate = createGate();
      upstream.answer(streamAnswer(progressChunk(6016, 1003), gate.opened, ...textAnswerChunks('Hi')));
      const response = await client.messages(streamOf('Hello'));
      const events = response.events();
      const first = await within(events.next(), 2_000, 'message_start');
      expect(first.value).toMatchObject({
        type: 'message_start',
        message: { usage: { input_tokens: 5013, cache_read_input_tokens: 1003 } },
      });
      gate.open();
      for await (const event of events) void event;
    },
  },
  {
    id: 'streaming.ping-while-silent',
    title: 'MUST send pings while the upstream is silent, before and between tokens',
    run: async ({ createServer, expect }) => {
      const { client, upstream } = await createServer({ pingIntervalMs: 30, graceMs: 30 });
      const accept = createGate();
      const token = createGate();
      upstream.answer(
        afterAnswer(accept.opened, streamAnswer(...start, textChunk('a'), token.opened, finishChunk('stop'))),
      );
      const response = await within(
        client.messages(streamOf('Hello')),
        2_000,
        'a status line after the grace time',
      );
      const events: MessageStreamEvent[] = [];
      let pings = 0;
      const read = async () => {
        for await (const event of response.events()) {
          events.push(event);
          pings = event.type === 'ping' ? pings + 1 : pings;
          if (event.type === 'content_block_delta') pings = 0;
          if (pings === 2) (events.some((one) => one.type === 'content_block_delta') ? token : accept).open();
        }
      };
      await within(read(), 3_000, 'two pings before the answer and two inside it');
      expect(events[0]?.type).toBe('message_start');
      assertEventGrammar(events);
    },
  },
  {
    id: 'streaming.concurrent',
    title: 'MUST NOT mix 50 streams that run at the same time',
    run: async ({ createServer, expect }) => {
      const { client, upstream } = await createServer({}, { slots: 50 });
      const all = createGate();
      let started = 0;
      upstream.on('POST /v1/chat/completions', (call) => {
        const [message] = sentMessages(call);
        started += 1;
        if (started === 50) all.open();
        const words = Array.from({ length: 20 }, (_, index) => textChunk(`${message?.content}:${index} `));
        return streamAnswer(...start, all.opened, ...words, finishChunk('stop'), usageChunk(10, 20));
      });
      const texts = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const events = await readEvents(await client.messages(streamOf(`s${index}`)));
          assertEventGrammar(events);
          const [block] = toMessageFromEvents(events).message.content;
          return block?.type === 'text' ? block.text : '';
        }),
      );
      texts.forEach((text, index) => {
        const words = text.trim().split(' ');
        expect(words).toHaveLength(20);
        expect(words.every((word) => word.startsWith(`s${index}:`))).toBe(true);
      });
    },
  },
  {
    id: 'streaming.connection-not-reused',
    title: 'MUST survive an upstream that drops connections which it announced to keep',
    run: async ({ createServer, expect }) => {
      const { client } = await createServer({}, { resetsReusedConnections: true });
      for (const path of ['/v1/messages/count_tokens', '/v1/messages', '/v1/messages', '/v1/models']) {
        const response = path.endsWith('models')
          ? await client.request('GET', path)
          : await client.request('POST', path, { body: requestFor(path) });
        const text = await response.text();
        expect(response.status, `${path}: ${text.slice(0, 200)}`).toBe(200);
      }
    },
  },
];

const requestFor = (path: string) =>
  path.endsWith('count_tokens') ? { ...streamOf('Hello'), stream: undefined } : streamOf('Hello');
