import {
  createFrameWriter,
  createMessageStream,
  createSseDecoder,
  type ChatChunk,
  type ChatDelta,
  type MessageStreamEvent,
} from '@llama-messages/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assertEventGrammar, toMessageFromEvents } from '../event-grammar.ts';

/** What a model says, before a server cuts it into deltas. */
type Piece =
  | { kind: 'thinking' | 'text'; text: string }
  | { kind: 'tools'; calls: { name: string; input: Record<string, unknown> }[]; interleaved: boolean };

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => `x${text}`);
const call = fc.record({
  name: fc.constantFrom('read', 'write', 'search'),
  input: fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
});
const piece: fc.Arbitrary<Piece> = fc.oneof(
  fc.record({ kind: fc.constantFrom('thinking' as const, 'text' as const), text: words }),
  fc.record({
    kind: fc.constant('tools' as const),
    calls: fc.array(call, { minLength: 1, maxLength: 3 }),
    interleaved: fc.boolean(),
  }),
);

/** How sloppy the server is, and how the network cuts what it sends. */
const server = fc.record({
  reasoningField: fc.constantFrom('reasoning_content' as const, 'reasoning' as const),
  deltaLength: fc.integer({ min: 1, max: 5 }),
  withIndex: fc.boolean(),
  withIds: fc.boolean(),
  inputAsObject: fc.boolean(),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  cuts: fc.array(fc.nat(), { maxLength: 40 }),
  usage: fc.boolean(),
  progress: fc.boolean(),
});
type Server = typeof server extends fc.Arbitrary<infer T> ? T : never;

function cut(text: string, length: number): string[] {
  const units = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < units.length; at += length) pieces.push(units.slice(at, at + length).join(''));
  return pieces;
}

function toDeltas(pieces: readonly Piece[], how: Server): ChatDelta[] {
  const deltas: ChatDelta[] = [];
  let index = -1;
  for (const said of pieces) {
    if (said.kind !== 'tools') {
      const field = said.kind === 'text' ? 'content' : how.reasoningField;
      for (const text of cut(said.text, how.deltaLength)) deltas.push({ [field]: text });
      continue;
    }
    // Without an index and an id nobody could tell interleaved calls apart.
    const interleaved = said.interleaved && how.withIndex && !how.inputAsObject;
    const streams = said.calls.map(({ name, input }) => {
      index += 1;
      const at = how.withIndex ? { index } : {};
      const id = how.withIds ? { id: `call_${index}` } : {};
      if (how.inputAsObject) return [{ ...at, ...id, function: { name, arguments: input } }];
      const [first = '', ...rest] = cut(JSON.stringify(input), how.deltaLength);
      return [
        { ...at, ...id, function: { name, arguments: first } },
        ...rest.map((json) => ({ ...at, function: { arguments: json } })),
      ];
    });
    if (interleaved) {
      for (let round = 0; streams.some((stream) => round < stream.length); round++) {
        for (const stream of streams) {
          const delta = stream[round];
          if (delta) deltas.push({ tool_calls: [delta] });
        }
      }
    } else for (const stream of streams) for (const delta of stream) deltas.push({ tool_calls: [delta] });
  }
  return deltas;
}

function toBytes(deltas: readonly ChatDelta[], how: Server, finished: boolean): Uint8Array {
  const chunks: unknown[] = [
    ...(how.progress
      ? [
          {
            choices: [{ delta: { role: 'assistant', content: null } }],
            prompt_progress: { total: 9, cache: 4, processed: 4 },
          },
        ]
      : []),
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
    ...(finished ? [{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }] : []),
    ...(how.usage ? [{ choices: [], usage: { prompt_tokens: 9, completion_tokens: 3 } }] : []),
  ];
  const lines = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].flatMap((data) => [
    `data: ${data}`,
    '',
    ': ping',
    '',
  ]);
  return new TextEncoder().encode(lines.join(how.lineEnd) + how.lineEnd);
}

/** Runs the whole way: bytes, decoder, chunks, stream, frames, decoder, events. */
function run(bytes: Uint8Array, cuts: readonly number[], fail: boolean): MessageStreamEvent[] {
  const writer = createFrameWriter('req_1');
  const stream = createMessageStream(writer, {
    messageId: 'msg_1',
    plan: { model: 'm', stopSequences: [], hideThinking: false, discardOutput: false },
    estimateInputTokens: () => 5,
  });
  const decoder = createSseDecoder();
  let frames = '';
  const ends = [...cuts.map((at) => at % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    for (const { data } of decoder.decode(bytes.subarray(from, end))) {
      if (data !== '[DONE]') stream.push(JSON.parse(data) as ChatChunk);
    }
    frames += writer.take();
    from = end;
  }
  if (fail) {
    stream.start();
    stream.fail(new Error('cut'));
  } else stream.end();
  frames += writer.take();
  return createSseDecoder()
    .decode(new TextEncoder().encode(frames))
    .map(({ data }) => JSON.parse(data) as MessageStreamEvent);
}

/** Neighbours of one kind are one block. */
function expectedContent(pieces: readonly Piece[]): unknown[] {
  const content: { type: string; value: unknown }[] = [];
  for (const said of pieces) {
    if (said.kind === 'tools') {
      for (const { name, input } of said.calls)
        content.push({ type: name, value: JSON.parse(JSON.stringify(input)) });
      continue;
    }
    const last = content.at(-1);
    if (last?.type === said.kind) last.value = String(last.value) + said.text;
    else content.push({ type: said.kind, value: said.text });
  }
  return content;
}

function actualContent(events: readonly MessageStreamEvent[]): unknown[] {
  return toMessageFromEvents(events).message.content.map((block) => {
    if (block.type === 'tool_use') return { type: block.name, value: block.input };
    return { type: block.type, value: block.type === 'text' ? block.text : block.thinking };
  });
}

it('keeps the event grammar and the content of 10,000 answers, however sloppy the server and wherever the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), server, (pieces, how) => {
      const events = run(toBytes(toDeltas(pieces, how), how, true), how.cuts, false);
      assertEventGrammar(events);
      expect(actualContent(events)).toEqual(expectedContent(pieces));
    }),
    { numRuns: 10_000 },
  );
}, 120_000);

it('keeps the event grammar of an answer that breaks off anywhere', () => {
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), server, fc.nat(), (pieces, how, at) => {
      const deltas = toDeltas(pieces, how);
      const events = run(toBytes(deltas.slice(0, at % (deltas.length + 1)), how, false), how.cuts, true);
      assertEventGrammar(events);
      expect(events.at(-1)?.type).toBe('error');
    }),
    { numRuns: 2_000 },
  );
}, 60_000);

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    0,
    1,
    '',
    'x',
    '{',
    '}',
    '{}',
    '<think>',
    '</think>',
    'stop',
    'length',
    'tool_calls',
    true,
  ),
  fc.jsonValue({ maxDepth: 1 }),
);
const wildChunk = fc.record(
  {
    choices: fc.array(
      fc.record(
        {
          index: fc.constantFrom(0, 1, null),
          delta: fc.record(
            {
              content: fc.option(fc.string()),
              reasoning_content: fc.option(fc.string()),
              tool_calls: fc.array(
                fc.record(
                  {
                    index: fc.constantFrom(0, 1, 2, null),
                    id: fc.constantFrom('a', 'b', '', null),
                    function: fc.record(
                      { name: fc.constantFrom('f', 'g', '', null), arguments: junk },
                      { requiredKeys: [] },
                    ),
                  },
                  { requiredKeys: [] },
                ),
                { maxLength: 3 },
              ),
            },
            { requiredKeys: [] },
          ),
          finish_reason: fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter', 'error', null),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 2 },
    ),
    usage: fc.option(fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat() })),
  },
  { requiredKeys: [] },
);

it('keeps the event grammar of 10,000 answers that make no sense', () => {
  fc.assert(
    fc.property(fc.array(wildChunk, { maxLength: 8 }), (chunks) => {
      const lines = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
      const events = run(new TextEncoder().encode(lines), [], false);
      const last = events.at(-1);
      assertEventGrammar(events);
      expect(['message_stop', 'error']).toContain(last?.type);
    }),
    { numRuns: 10_000 },
  );
}, 120_000);
