import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createArgumentStream, repairArguments } from './repair-arguments.ts';

const schema = {
  type: 'object',
  required: ['text'],
  properties: {
    text: { type: 'string' },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    flag: { type: 'boolean' },
    list: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'array', items: { type: 'integer' } },
    either: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
    loop: { anyOf: [{ $ref: '#/properties/loop' }, { type: 'integer' }] },
    mode: { enum: ['a', 'b'] },
    tree: { $ref: '#/$defs/tree' },
    edits: {
      type: 'array',
      items: { type: 'object', properties: { line: { type: 'integer' } }, required: ['line'] },
    },
  },
  $defs: {
    tree: {
      type: 'object',
      properties: { size: { type: 'integer' }, children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
    },
  },
};

test.each([
  ['a number in a string', '{"count": "5"}', '{"count": 5}'],
  ['a fraction in a string', '{"ratio":"-0.5"}', '{"ratio":-0.5}'],
  ['a boolean in a string', '{"flag":"true"}', '{"flag":true}'],
  ['an array in a string', '{"list":"[\\"a\\"]"}', '{"list":["a"]}'],
  ['an object in a string', '{"tree":"{\\"size\\":1}"}', '{"tree":{"size":1}}'],
  ['a single value for a list', '{"list":"a"}', '{"list":["a"]}'],
  ['a number for a string', '{"text":5}', '{"text":"5"}'],
  ['null for what may be left out', '{"count":null,"text":"a"}', '{"text":"a"}'],
  ['null at the end', '{"text":"a" , "count":null}', '{"text":"a"}'],
  ['a branch that takes the value repaired', '{"either":"5"}', '{"either":5}'],
  ['a branch beside one that leads nowhere', '{"loop":"5"}', '{"loop":5}'],
])('repairs %s', (_, json, expected) => {
  expect(repairArguments(json, schema)).toEqual({ json: expected, repairs: 1 });
});

test('repairs what is inside, behind references, and counts each value', () => {
  expect(
    repairArguments('{"tree":{"size":"1","children":[{"size":"2","x":"3"}]},"numbers":["1",2]}', schema),
  ).toEqual({
    json: '{"tree":{"size":1,"children":[{"size":2,"x":"3"}]},"numbers":[1,2]}',
    repairs: 3,
  });
});

test('repairs inside of what it repaired', () => {
  const expected = { json: '{"edits":[{"line":3}]}', repairs: expect.any(Number) };
  expect(repairArguments('{"edits":{"line":"3"}}', schema)).toEqual(expected);
  expect(repairArguments('{"edits":"[{\\"line\\":\\"3\\"}]"}', schema)).toEqual(expected);
});

test('writes only what it repairs anew', () => {
  const json = '{ "text" : "\\u0041",\n "other": 1.0, "count": "5" }';
  expect(repairArguments(json, schema).json).toBe(json.replace('"5"', '5'));
});

test.each([
  ['right as it is', '{ "text":"5", "count":5.0, "list":[ ] }'],
  ['a text that is no number', '{"count":"five"}'],
  ['a number that would be written otherwise', '{"count":"05"}'],
  ['a fraction for an integer', '{"count":"1.5"}'],
  ['digits that a double loses', '{"text":12345678901234567890}'],
  ['a version number', '{"text":1.10}'],
  ['a list of which one item stays wrong', '{"numbers":"[1,\\"x\\"]"}'],
  ['half a list in a string', '{"list":"[\\"a\\","}'],
  ['null that is required', '{"text":null}'],
  ['null that is allowed', '{"either":null}'],
  ['a value that is not in the list', '{"mode":"c"}'],
  ['words for a boolean', '{"flag":"yes"}'],
  ['no object', '["5"]'],
  ['no JSON', '{"count":"5"'],
])('leaves %s', (_, json) => {
  expect(repairArguments(json, schema)).toEqual({ json, repairs: 0 });
});

test('text of a string leaves as it arrives, other values when they are complete', () => {
  const stream = createArgumentStream(schema);
  const pieces = ['{"text":"a', 'b\\', '"c","cou', 'nt":"', '5"', ',"list":["a"', ']}'];
  expect(pieces.map((piece) => stream.push(piece))).toEqual([
    '{"text":"a',
    'b\\',
    '"c"',
    '',
    ',"count":5',
    '',
    ',"list":["a"]}',
  ]);
  expect(stream.end()).toBe('');
});

test('arguments that were cut off leave as they came', () => {
  const stream = createArgumentStream(schema);
  expect(stream.push('{"text":"a","count":"5') + stream.end()).toBe('{"text":"a","count":"5');
});

const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    '5',
    'true',
    '[1]',
    '["a"]',
    '{"size":"1"}',
    null,
    true,
    5,
    1.5,
    '',
    ' ", } \\ 😀',
  ),
  fc.string(),
);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('size', 'children', 'line'), scalar),
);
const call = fc.dictionary(fc.constantFrom(...Object.keys(schema.properties), 'other'), value);

test('in pieces, cut anywhere, it is the same text', () => {
  fc.assert(
    fc.property(call, fc.constantFrom(undefined, 1, '\t'), fc.array(fc.nat(400)), (input, space, cuts) => {
      const json = JSON.stringify(input, undefined, space);
      const ends = [...new Set([...cuts.filter((cut) => cut < json.length), json.length])].sort(
        (a, b) => a - b,
      );
      const stream = createArgumentStream(schema);
      const pieces = ends.map((end, index) => stream.push(json.slice(ends[index - 1] ?? 0, end)));
      const whole = repairArguments(json, schema);
      expect(pieces.join('') + stream.end()).toBe(whole.json);
      expect(stream.repairs()).toBe(whole.repairs);
    }),
  );
});

test('a repair is JSON, and one is enough', () => {
  fc.assert(
    fc.property(call, (input) => {
      const json = JSON.stringify(input);
      const { json: repaired, repairs } = repairArguments(json, schema);
      if (repairs === 0) expect(repaired).toBe(json);
      expect(repairArguments(repaired, schema)).toEqual({ json: repaired, repairs: 0 });
    }),
  );
});

test('a comma before the first member, which is no JSON, stays', () => {
  const stream = createArgumentStream(schema);
  expect(stream.push('{,"":1}') + stream.end()).toBe('{,"":1}');
});

test('what is nested too deeply for the stack is left as it is, in a string, too', () => {
  const nested = '{"children":['.repeat(20_000) + ']}'.repeat(20_000);
  for (const json of [`{"tree":${nested}}`, `{"tree":${JSON.stringify(nested)}}`]) {
    expect(repairArguments(json, schema)).toEqual({ json, repairs: 0 });
    const stream = createArgumentStream(schema);
    expect(stream.push(json) + stream.end()).toBe(json);
  }
});

test('any text comes out whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('{', '}', '"', ':', ',', '[', ']', 'other', '\\', ' ', '1')),
      (pieces) => {
        const stream = createArgumentStream(schema);
        expect(pieces.map((piece) => stream.push(piece)).join('') + stream.end()).toBe(pieces.join(''));
      },
    ),
  );
});
