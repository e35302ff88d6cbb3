import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBodyMemory } from './body-memory.ts';

/** Makes all bodies of a test those of one conversation. */
const opening = '{"role":"user","content":"é"},1,2';

const items = fc.constantFrom(
  '{"role":"user","content":"a"}',
  '{"role":"user","content":[{"type":"text","text":"]}\\"],[{\\\\"}]}',
  '{"messages":[1,2]}',
  '{"__proto__":{"a":1}}',
  '"\\\\"',
  '"\\u0022,"',
  '"\u{1f600}"',
  '[[],{}]',
  '[]',
  '1',
  '12',
  '1.5',
  '-1e5',
  'null',
);

const tails = fc.constantFrom(
  '}',
  ' }\n',
  ',"stream":true}',
  ',"system":[{"text":"]"}],"tools":[{"name":"x"}]}',
  ',"__proto__":{"polluted":true}}',
  ',"7":1,"a":2}',
  // So long that its end is compared first.
  `,"pad":"${'x'.repeat(2000)}"}`,
  `,"pat":"${'x'.repeat(2000)}"}`,
  // The last of two fields of one name counts.
  ',"messages":[2]}',
  ',"messages":2}',
  ',"mess\\u0061ges":[3,3,3]}',
  ',"model":"again"}',
);

const texts = fc
  .record({
    head: fc.constantFrom('{', '{"model":"m",', '{ "model" : "]}" , ', '{"messages":[0],'),
    list: fc.array(items, { maxLength: 6 }),
    separator: fc.constantFrom(',', ',', ',', ' ,\n '),
    tail: tails,
  })
  .map(
    ({ head, list, separator, tail }) =>
      `${head}"messages":[${[opening, ...list].join(separator)}${separator === ',' ? '' : ' '}]${tail}`,
  );

/** What may come next of a body: itself, grown, changed somewhere, or damaged. */
const changes = fc.oneof(
  fc.constant((text: string) => text),
  fc
    .tuple(items, fc.constantFrom(',', ',', ' , ', '', '.', 'e'))
    .map(([item, separator]) => (text: string) => {
      const close = text.lastIndexOf(']', text.search(/\](?:[^\]]*\}|,"(?:system|mess).*)\s*$/));
      return close === -1 ? text : text.slice(0, close) + separator + item + text.slice(close);
    }),
  fc
    .record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.nat(12),
      added: fc.constantFrom(
        '',
        ',',
        ']',
        '[',
        '}',
        '{',
        '"',
        '\\',
        '1',
        '0',
        ' ',
        'x',
        '],"a":[',
        '\ufeff',
        '"é"',
      ),
    })
    .map(({ at, removed, added }) => (text: string) => {
      const place = Math.floor(at * text.length);
      return text.slice(0, place) + added + text.slice(place + removed);
    }),
);

/** Returns all that can be seen of what `JSON.parse` makes: also the order of fields, and a field called `__proto__`. */
function outcomeOf(parse: () => unknown): string {
  try {
    return JSON.stringify(parse());
  } catch (error) {
    return (error as Error).name;
  }
}

it('reads every body as JSON.parse does, whatever came before', () => {
  fc.assert(
    fc.property(
      texts,
      fc.array(
        fc.oneof(
          changes,
          texts.map((text) => () => text),
        ),
        { minLength: 2, maxLength: 8 },
      ),
      (first, next) => {
        const memory = createBodyMemory();
        let text = first;
        for (const change of [(same: string) => same, ...next]) {
          text = change(text);
          const bytes = new TextEncoder().encode(text);
          const expected = outcomeOf(() => JSON.parse(Buffer.from(bytes).toString()));
          expect(outcomeOf(() => memory.parse('line', bytes))).toBe(expected);
        }
      },
    ),
    { numRuns: 5000 },
  );
});

it('reads bytes that are no UTF-8 as a decoder does', () => {
  const list = `{"messages":[${opening},"a","b"]}`;
  const damaged = fc.tuple(
    fc.integer({ min: 20, max: Buffer.byteLength(list) - 1 }),
    fc.integer({ min: 0x80, max: 0xff }),
  );
  fc.assert(
    fc.property(fc.array(damaged, { minLength: 1, maxLength: 4 }), (damages) => {
      const memory = createBodyMemory();
      const bytes = Buffer.from(list);
      memory.parse('line', Buffer.from(bytes));
      for (const [at, byte] of damages) {
        bytes[at] = byte;
        const expected = outcomeOf(() => JSON.parse(bytes.toString()));
        expect(outcomeOf(() => memory.parse('line', Buffer.from(bytes)))).toBe(expected);
      }
    }),
  );
});
