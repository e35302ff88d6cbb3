import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../chat/types.ts';
import { toChatRequest } from '../convert/request.ts';
import type { ContentBlockParam, MessageParam } from '../messages/types.ts';
import { repairArguments } from '../tools/repair-arguments.ts';
import { type ChatAssistantMessage, createGenerationMemory } from './generation-memory.ts';

const options = { model: { id: 'm' }, traits: {} };
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a model generated, as its blocks were sent to the client. */
interface Generated {
  readonly thinking: string;
  /** Before the calls, and after them. */
  readonly texts: readonly [string, string];
  readonly calls: readonly {
    readonly id: string;
    readonly input: { [key: string]: Json };
    readonly json: string;
  }[];
}

type Rewriter = (blocks: ContentBlockParam[]) => ContentBlockParam[];

/** What clients do to the blocks they were sent, before they send them back (all but the JSON, which is parsed). */
const rewriters: Readonly<Record<string, Rewriter>> = {
  asSent: (blocks) => blocks,
  textBeforeCalls: (blocks) => [
    ...blocks.filter(({ type }) => type !== 'tool_use'),
    ...blocks.filter(({ type }) => type === 'tool_use'),
  ],
  blankTextDropped: (blocks) =>
    blocks.filter((block) => block.type !== 'text' || String(block.text).trim() !== ''),
  textTrimmed: (blocks) => mapText(blocks, (text) => text.trim()),
  textEndTrimmed: (blocks) => mapText(blocks, (text) => text.trimEnd()),
  thinkingDropped: (blocks) => blocks.filter(({ type }) => type !== 'thinking'),
  keysReordered: (blocks) =>
    mapInput(blocks, (input) => Object.fromEntries(Object.entries(input).toReversed())),
  stringsTrimmed: (blocks) => mapInput(blocks, (input) => trimStrings(input) as { [key: string]: Json }),
  defaultFilledIn: (blocks) => mapInput(blocks, (input) => ({ replace_all: false, ...input })),
};

function mapText(blocks: ContentBlockParam[], change: (text: string) => string): ContentBlockParam[] {
  return blocks.map((block) =>
    block.type === 'text' ? { ...block, text: change(String(block.text)) } : block,
  );
}

function mapInput(
  blocks: ContentBlockParam[],
  change: (input: { [key: string]: Json }) => { [key: string]: Json },
): ContentBlockParam[] {
  return blocks.map((block) =>
    block.type === 'tool_use' ? { ...block, input: change(block.input as { [key: string]: Json }) } : block,
  ) as ContentBlockParam[];
}

function trimStrings(value: Json): Json {
  if (typeof value === 'string')
    return value
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
  if (Array.isArray(value)) return value.map(trimStrings);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, trimStrings(item)]));
}

/** Writes JSON as models do and `JSON.stringify` never does. */
function writeOddly(value: Json): string {
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 1e6 ? `${value}.0` : String(value);
  if (typeof value === 'string')
    return JSON.stringify(value)
      .replaceAll('/', String.raw`\/`)
      .replaceAll(
        /[\u0080-\uffff]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
  if (Array.isArray(value)) return `[ ${value.map(writeOddly).join(' , ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{\n  ${Object.entries(value)
    .map(([key, item]) => `${writeOddly(key)} : ${writeOddly(item)}`)
    .join(',\n  ')} }`;
}

const words = fc.string({ unit: fc.constantFrom('a', 'é', '/', '"', ' ', '\n', '  ', '😀', '\t', '.') });
const leaf = fc.oneof(
  words,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const input = fc.dictionary(
  fc.constantFrom('file_path', 'old_string', 'new_string', 'n', '1', 'é'),
  fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.constantFrom('x', 'y'), leaf)),
) as fc.Arbitrary<{ [key: string]: Json }>;
const generated: fc.Arbitrary<Generated> = fc
  .record({ thinking: words, texts: fc.tuple(words, words), inputs: fc.array(input, { maxLength: 3 }) })
  .map(({ thinking, texts, inputs }) => ({
    thinking,
    // Without a call between them two texts are one.
    texts: [texts[0], inputs.length > 0 ? texts[1] : ''] as const,
    calls: inputs.map((value, index) => ({ id: `toolu_${index}`, input: value, json: writeOddly(value) })),
  }));

function toChatMessage({ thinking, texts, calls }: Generated): ChatAssistantMessage {
  return {
    role: 'assistant',
    content: texts.join(''),
    ...(thinking && { reasoning_content: thinking }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, json }) => ({
        id,
        type: 'function',
        function: { name: 'Edit', arguments: json },
      })),
    }),
  };
}

function toBlocks({ thinking, texts: [before, after], calls }: Generated): ContentBlockParam[] {
  return [
    ...(thinking ? [{ type: 'thinking' as const, thinking, signature: 'lm1' }] : []),
    { type: 'text', text: before },
    ...calls.map(({ id, json }) => ({
      type: 'tool_use' as const,
      id,
      name: 'Edit',
      input: JSON.parse(json) as Record<string, unknown>,
    })),
    { type: 'text', text: after },
  ];
}

/** Returns the conversation's second prompt: what was asked, the replayed blocks, and what follows. */
function toPrompt(blocks: ContentBlockParam[], calls: Generated['calls']): ChatMessage[] {
  const results = calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'ok' }));
  const messages: MessageParam[] = [
    { role: 'user', content: 'Fix it.' },
    // Over the wire: what JSON cannot say is lost before it gets here.
    { role: 'assistant', content: JSON.parse(JSON.stringify(blocks)) as ContentBlockParam[] },
    { role: 'user', content: [...results, { type: 'text', text: 'Go on.' }] },
  ];
  return toChatRequest({ model: 'm', messages }, options).messages;
}

const asked: ChatMessage[] = [{ role: 'user', content: 'Fix it.' }];

describe('any message, rewritten by a client in any of the known ways', () => {
  it.each(Object.entries(rewriters))('%s: the next prompt has it as it was generated', (_, rewrite) => {
    fc.assert(
      fc.property(generated, (message) => {
        const memory = createGenerationMemory();
        const original = toChatMessage(message);
        memory.record('owner', asked, original);
        const prompt = toPrompt(rewrite(toBlocks(message)), message.calls);
        expect(memory.restore('owner', prompt)).toEqual([...asked, original, ...prompt.slice(2)]);
      }),
      { numRuns: 300 },
    );
  });

  it('all of them in a row', () => {
    fc.assert(
      fc.property(generated, fc.shuffledSubarray(Object.values(rewriters)), (message, chosen) => {
        const memory = createGenerationMemory();
        const original = toChatMessage(message);
        memory.record('owner', asked, original);
        const blocks = chosen.reduce((rewritten, rewrite) => rewrite(rewritten), toBlocks(message));
        const prompt = toPrompt(blocks, message.calls);
        expect(memory.restore('owner', prompt)[1]).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });
});

/** Values that miss their type, and what takes them. */
const repairable = fc.record(
  {
    count: fc.integer().map(String),
    isLast: fc.boolean().map(String),
    lines: fc.oneof(
      fc.array(fc.integer()).map((list) => JSON.stringify(list)),
      fc.integer(),
    ),
    title: fc.integer(),
    note: fc.constant(null),
    file_path: words,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<{ [key: string]: Json }>;
const schema = {
  type: 'object',
  properties: {
    count: { type: 'integer' },
    isLast: { type: 'boolean' },
    lines: { type: 'array', items: { type: 'integer' } },
    title: { type: 'string' },
    note: { type: 'string' },
    file_path: { type: 'string' },
  },
};

describe('any call that was repaired for the client, rewritten in any of the known ways', () => {
  it('is in the next prompt as it was generated', () => {
    let repairs = 0;
    fc.assert(
      fc.property(
        repairable,
        fc.shuffledSubarray(Object.values(rewriters)),
        fc.constantFrom(writeOddly, (value: Json) => JSON.stringify(value, null, 1)),
        (value, chosen, write) => {
          const json = write(value);
          const message: Generated = {
            thinking: 'hm',
            texts: ['', ''],
            calls: [{ id: 'x', input: value, json }],
          };
          const repaired = repairArguments(json, schema);
          repairs += repaired.repairs;
          const memory = createGenerationMemory();
          memory.record('owner', asked, toChatMessage(message), new Map([['x', repaired.json]]));
          const sent = toBlocks({ ...message, calls: [{ id: 'x', input: value, json: repaired.json }] });
          const blocks = chosen.reduce((rewritten, rewrite) => rewrite(rewritten), sent);
          const prompt = toPrompt(blocks, message.calls);
          expect(memory.restore('owner', prompt)[1]).toEqual(toChatMessage(message));
        },
      ),
      { numRuns: 500 },
    );
    expect(repairs).toBeGreaterThan(500);
  });
});

describe('any message that a client has changed', () => {
  it("has the client's arguments", () => {
    fc.assert(
      fc.property(generated, fc.string({ minLength: 1 }), (message, added) => {
        fc.pre(message.calls.length > 0 && added.trim() !== '');
        const memory = createGenerationMemory();
        memory.record('owner', asked, toChatMessage(message));
        const changed = mapInput(toBlocks(message), (value) => ({
          ...value,
          file_path: `${JSON.stringify(value['file_path'] ?? '')}${added}!`,
        }));
        const prompt = toPrompt(changed, message.calls);
        expect(memory.restore('owner', prompt)).toEqual(prompt);
      }),
    );
  });

  it("has the client's text", () => {
    fc.assert(
      fc.property(generated, (message) => {
        const memory = createGenerationMemory();
        memory.record('owner', asked, toChatMessage(message));
        const changed = [...toBlocks(message), { type: 'text' as const, text: 'x' }];
        const [, restored] = memory.restore('owner', toPrompt(changed, message.calls));
        expect(restored?.content).toBe(toPrompt(changed, message.calls)[1]?.content);
      }),
    );
  });

  it('never makes it throw, whatever it is', () => {
    const any = fc.record({
      role: fc.constant('assistant' as const),
      content: fc.option(words),
      json: fc.string(),
    });
    fc.assert(
      fc.property(generated, fc.array(any), (message, others) => {
        const memory = createGenerationMemory();
        memory.record('owner', asked, toChatMessage(message));
        memory.restore(
          'owner',
          others.map(({ json, ...other }) => ({
            ...other,
            tool_calls: [{ id: 'toolu_0', type: 'function', function: { name: 'Edit', arguments: json } }],
          })),
        );
      }),
    );
  });
});
