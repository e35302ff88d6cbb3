import type { MessageStreamEvent } from '@llama-messages/core';
import { type Answer, cutStreamAnswer, fixtureAnswer, frame, streamAnswer } from '../answer.ts';
import {
  deltaChunk,
  finishChunk,
  progressChunk,
  reasoningChunk,
  textChunk,
  toolCallChunk,
  usageChunk,
} from '../chat-chunks.ts';
import { readEvents } from '../client.ts';
import { type CaseContext, type ConformanceCase, streamOf } from '../conformance-case.ts';
import { assertEventGrammar, toMessageFromEvents } from '../event-grammar.ts';
import { cutAtEveryByte, cutAtRandom, expectedFixtureNames, loadExpected, withCrlf } from '../fixtures.ts';
import { normalizeEvents } from '../normalize.ts';

const reframings: Record<string, (text: string) => readonly (string | Uint8Array)[]> = {
  'one byte a read': cutAtEveryByte,
  'random cuts, seed 1': (text) => cutAtRandom(text, 1),
  'random cuts, seed 2': (text) => cutAtRandom(text, 2),
  CRLF: (text) => [withCrlf(text)],
  'CRLF, one byte a read': (text) => cutAtEveryByte(withCrlf(text)),
  'one read': (text) => [text],
};

async function streamed(
  { client, upstream, expect }: CaseContext,
  answer: Answer,
  request: Record<string, unknown> = streamOf('Hello'),
): Promise<MessageStreamEvent[]> {
  upstream.answer(answer);
  const response = await client.messages({ ...request, stream: true });
  expect(response.status).toBe(200);
  const events = await readEvents(response);
  assertEventGrammar(events);
  return events;
}

const fixtureCases = expectedFixtureNames.map((name): ConformanceCase => ({
  id: `streaming.fixture.${name}`,
  title: `MUST send exactly the expected events for the recorded stream ${name}`,
  run: async (context) => {
    const { request, events } = loadExpected(name);
    context.expect(normalizeEvents(await streamed(context, fixtureAnswer(name), request))).toEqual(events);
  },
}));

const reframeCases = ['text', 'thinking', 'tool-calls-parallel', 'prompt-progress'].map(
  (name): ConformanceCase => ({
    id: `streaming.reframed.${name}`,
    title: `MUST send the same events for ${name} however the upstream's bytes are cut, with LF and with CRLF`,
    run: async (context) => {
      const { request, events } = loadExpected(name);
      for (const [how, reframe] of Object.entries(reframings)) {
        const actual = await streamed(context, fixtureAnswer(name, reframe), request);
        context.expect(normalizeEvents(actual), how).toEqual(events);
      }
    },
  }),
);

const start = [progressChunk(10, 0, 10), deltaChunk({ role: 'assistant', content: null })];

/** What the events of a stream are, for any sequence of chunks. */
export const streamingContentCases: readonly ConformanceCase[] = [
  ...fixtureCases,
  ...reframeCases,
  {
    id: 'streaming.sequential-blocks',
    title: 'MUST close each block before the next opens: thinking, text, tool use, text, thinking',
    run: async (context) => {
      const events = await streamed(
        context,
        streamAnswer(
          ...start,
          reasoningChunk('hm'),
          textChunk('Let me look.'),
          toolCallChunk({ index: 0, id: 'a', name: 'look', arguments: '{"at":1}' }),
          textChunk('Looked.'),
          reasoningChunk('done'),
          finishChunk('tool_calls'),
          usageChunk(10, 5),
        ),
      );
      const { message } = toMessageFromEvents(events);
      context.expect(message.content.map(({ type }) => type)).toContain('tool_use');
      context
        .expect(message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''))
        .toBe('Let me look.Looked.');
      context.expect(message.stop_reason).toBe('tool_use');
    },
  },
  {
    id: 'streaming.parallel-tool-calls',
    title: 'MUST keep parallel tool calls apart, interleaved or two in one chunk, with or without arguments',
    run: async (context) => {
      const events = await streamed(
        context,
        streamAnswer(
          ...start,
          toolCallChunk(
            { index: 0, id: 'a', name: 'first', arguments: '{"n"' },
            { index: 1, id: 'b', name: 'second', arguments: '{"m"' },
          ),
          toolCallChunk({ index: 1, arguments: ':[2,' }),
          toolCallChunk({ index: 0, arguments: ':1}' }, { index: 1, arguments: '3]}' }),
          toolCallChunk({ index: 2, id: 'c', name: 'third', arguments: '' }),
          finishChunk('tool_calls'),
          usageChunk(10, 9),
        ),
      );
      const { message } = toMessageFromEvents(events);
      context
        .expect(message.content.map((block) => block.type === 'tool_use' && [block.name, block.input]))
        .toEqual([
          ['first', { n: 1 }],
          ['second', { m: [2, 3] }],
          ['third', {}],
        ]);
      const ids = message.content.map((block) => block.type === 'tool_use' && block.id);
      context.expect(new Set(ids).size).toBe(3);
    },
  },
  {
    id: 'streaming.usage-last',
    title: 'MUST report the counts that come after the finish reason',
    run: async (context) => {
      const events = await streamed(
        context,
        streamAnswer(...start, textChunk('Hi'), finishChunk('stop'), usageChunk(120, 34, 100)),
      );
      context.expect(toMessageFromEvents(events).message.usage).toMatchObject({
        input_tokens: 20,
        cache_read_input_tokens: 100,
        output_tokens: 34,
      });
    },
  },
  {
    id: 'streaming.no-done',
    title: 'MUST finish the message when the upstream ends after its finish reason without [DONE]',
    run: async (context) => {
      const events = await streamed(
        context,
        cutStreamAnswer(...start, textChunk('Hi'), finishChunk('stop'), usageChunk(10, 1)),
      );
      context.expect(toMessageFromEvents(events).complete).toBe(true);
    },
  },
  {
    id: 'streaming.comments-and-noise',
    title: 'MUST skip comments, empty deltas and fields that it does not know',
    run: async (context) => {
      const events = await streamed(
        context,
        streamAnswer(
          ':\n\n',
          ...start,
          ': still here\n\nevent: message\nid: 7\nretry: 10\n',
          frame({ ...textChunk('a'), unheard: { of: true } }),
          deltaChunk({ content: '' }),
          deltaChunk({}),
          'data:' + JSON.stringify(textChunk('b')) + '\n\n',
          finishChunk('stop'),
          usageChunk(10, 2),
        ),
      );
      context
        .expect(toMessageFromEvents(events).message.content)
        .toMatchObject([{ type: 'text', text: 'ab' }]);
    },
  },
];
