import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameWriter } from '../stream/frame-writer.ts';
import { createMessageCollector } from '../stream/message-collector.ts';
import type { MessageSink } from '../stream/message-sink.ts';
import { createMessageStream, type GeneratedMessage } from '../stream/message-stream.ts';
import { type ChatItem, readChatStream } from './chat-stream.ts';

/** What a server may put into one event: text, a thought, both empty, or something that text may not be confused with. */
const piece = fc.oneof(
  { weight: 8, arbitrary: fc.record({ content: fc.string({ unit: 'grapheme', maxLength: 12 }) }) },
  { weight: 3, arbitrary: fc.record({ reasoning_content: fc.string({ unit: 'binary', maxLength: 8 }) }) },
  fc.record({
    content: fc.constantFrom(
      '"',
      '\\',
      '\\"',
      '"}}],',
      '\n\n',
      '<think>',
      '</think>',
      '\u2028',
      '\ud83d',
      '"content":"',
    ),
  }),
  fc.constant({ content: 'a', refusal: 'no' }),
  fc.constant({ role: 'assistant', content: null }),
);

/** How servers spell an event. */
const spellings: readonly ((delta: object, count: number) => string)[] = [
  (delta, count) =>
    JSON.stringify({
      choices: [{ finish_reason: null, index: 0, delta }],
      created: 1_795_360_600 + Math.floor(count / 5),
      id: 'chatcmpl-x',
      model: 'm "content":"',
      object: 'chat.completion.chunk',
    }),
  (delta) =>
    JSON.stringify({
      id: 'x',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: null, stop_reason: null }],
    })
      .replaceAll('":', '": ')
      .replaceAll(',"', ', "'),
  (delta) => JSON.stringify({ choices: [{ delta: { content: 'overwritten', ...delta } }] }),
  (delta, count) => JSON.stringify({ choices: [{ delta }], usage: { completion_tokens: count } }),
  // ASCII only, as Python's json.dumps does by default.
  (delta) =>
    JSON.stringify({ choices: [{ index: 0, delta }] }).replaceAll(
      /[\u0080-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
];

const end = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

function cut(text: string, cuts: readonly number[]): string[] {
  const ends = [...cuts.map((at) => at % (text.length + 1)), text.length].sort((a, b) => a - b);
  return ends.map((to, index) => text.slice(ends[index - 1] ?? 0, to)).filter((read) => read !== '');
}

interface Outcome {
  readonly message: unknown;
  readonly events: unknown;
  readonly generated: GeneratedMessage;
}

/** The same bytes, read as text (the fast way) or as bytes (the slow way), through all of the conversion. */
async function answer(reads: readonly string[], way: 'text' | 'bytes'): Promise<Outcome> {
  const frames = createFrameWriter('req_1');
  const collector = createMessageCollector();
  const generated: GeneratedMessage[] = [];
  for (const sink of [frames, collector] as readonly MessageSink[]) {
    const stream = createMessageStream(sink, {
      messageId: 'msg_1',
      plan: { model: 'm', stopSequences: [], hideThinking: false, discardOutput: false },
      estimateInputTokens: () => 1,
    });
    const take = (items: readonly ChatItem[]): boolean => {
      for (const item of items) stream.push(item);
      return true;
    };
    const chunks = readChatStream(
      {
        body: (async function* () {
          // Read cut by cut only where no character is cut in two; a decoder of text has seen to that before.
          yield new TextEncoder().encode(reads.join(''));
        })(),
        ...(way === 'text' && {
          pipeText: async (target) => {
            for (const read of reads) target.write(read);
          },
        }),
      },
      new AbortController().signal,
    );
    if (chunks.pipe) await chunks.pipe({ write: take, ready: () => Promise.resolve() });
    else for await (const items of chunks) take(items);
    stream.end();
    generated.push(stream.generated());
  }
  const [first] = generated;
  if (!first) throw new Error('nothing was generated');
  return { message: collector.message(), events: merged(frames.take()), generated: first };
}

/** Deltas of a block that follow one another are one: how an answer is cut into deltas is the server's. */
function merged(frames: string): unknown[] {
  const events: Record<string, unknown>[] = [];
  for (const line of frames.split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const data = line.slice('data: '.length);
    const event = JSON.parse(data) as {
      type: string;
      index?: number;
      delta?: { text?: string; thinking?: string };
    };
    const last = events.at(-1) as typeof event | undefined;
    if (event.delta?.text !== undefined && last?.delta?.text !== undefined)
      last.delta.text += event.delta.text;
    else if (event.delta?.thinking !== undefined && last?.delta?.thinking !== undefined)
      last.delta.thinking += event.delta.thinking;
    else events.push(event);
  }
  return events;
}

describe('text that is passed on without being parsed', () => {
  it('is what parsing gives, however it is spelled, escaped and cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(...spellings),
        fc.array(fc.nat(10_000), { maxLength: 12 }),
        async (pieces, spell, cuts) => {
          const text = pieces.map((delta, count) => `data: ${spell(delta, count)}\n\n`).join('') + end;
          const reads = cut(text, cuts);
          expect(await answer(reads, 'text')).toEqual(await answer(reads, 'bytes'));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is what most of an answer is', async () => {
    const spell = spellings[0] ?? ((): string => '');
    let parsed = 0;
    let passed = 0;
    const chunks = readChatStream(
      {
        body: (async function* () {})(),
        pipeText: async (target) => {
          for (let count = 0; count < 1000; count++) {
            target.write(`data: ${spell({ content: ` word ${count} "é" 🦙` }, Math.floor(count / 20))}\n\n`);
          }
          target.write(end);
        },
      },
      new AbortController().signal,
    );
    await chunks.pipe?.({
      write(items) {
        for (const item of items) {
          if ('textJson' in item) passed += 1;
          else parsed += 1;
        }
        return true;
      },
      ready: () => Promise.resolve(),
    });
    // Parsed: one for each second that `created` tells, and the end.
    expect([passed, parsed]).toEqual([990, 10 + 1]);
  });
});
