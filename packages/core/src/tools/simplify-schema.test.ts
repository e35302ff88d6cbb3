import fc from 'fast-check';
import { expect, test } from 'vitest';
import { simplifySchema } from './simplify-schema.ts';

const object = (property: unknown, rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'object',
  properties: { x: property },
  ...rest,
});

test.each<[string, unknown, unknown]>([
  [
    'a string that repeats too often',
    { type: 'string', minLength: 1, maxLength: 65536 },
    { type: 'string', minLength: 1 },
  ],
  [
    'turned around lengths, on which llama-server hangs',
    { type: 'string', minLength: 5, maxLength: 2 },
    { type: 'string' },
  ],
  ['a count that is none', { type: 'array', minItems: -1, maxItems: '3' }, { type: 'array', items: {} }],
  [
    'a bound of 64 bits, on which llama-server hangs',
    { type: 'integer', minimum: -(2 ** 63), maximum: 9 },
    { type: 'integer', maximum: 9 },
  ],
  [
    'the bound of draft 4',
    { type: 'integer', minimum: 0, exclusiveMinimum: true },
    { type: 'integer', minimum: 0 },
  ],
  ['another document', { $ref: 'https://example.com/a.json', description: 'd' }, { description: 'd' }],
  ['a reference to nothing', { $ref: '#/$defs/none' }, {}],
  ['booleans', { type: 'array', items: true }, { type: 'array', items: {} }],
  ['a boolean branch', { anyOf: [true, { type: 'string' }] }, { anyOf: [{}, { type: 'string' }] }],
  ['no alternatives', { type: 'string', anyOf: [], enum: [] }, { type: 'string' }],
  [
    'types of other languages',
    { anyOf: [{ type: 'STRING' }, { type: 'any' }] },
    { anyOf: [{ type: 'string' }, {}] },
  ],
  ['shorthand classes', { type: 'string', pattern: '^\\d+$' }, { type: 'string', pattern: '^[0-9]+$' }],
  ['an unanchored pattern', { type: 'string', pattern: 'a' }, { type: 'string' }],
  [
    'a bracket in a name where further names are allowed',
    { type: 'object', properties: { 'a[]': {} }, additionalProperties: true },
    { type: 'object', properties: { 'a[]': {} } },
  ],
])('%s is taken out', (_, property, expected) => {
  expect(simplifySchema(object(property), 0)).toEqual(object(expected));
});

test('what llama.cpp takes stays, and is the very same object', () => {
  const schema = object(
    { $ref: '#/$defs/node' },
    {
      additionalProperties: false,
      required: ['x'],
      $defs: {
        node: {
          type: 'object',
          properties: {
            pattern: { type: 'string', pattern: '^[a-z]{1,5}$', minLength: 1, maxLength: 1999 },
            minLength: { type: ['integer', 'null'], minimum: -9007199254740991, exclusiveMaximum: 9 },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
            list: { type: 'array', maxItems: 20, items: { enum: [1, 'a', null] } },
            map: { type: 'object', propertyNames: { minLength: 1 }, additionalProperties: {} },
          },
        },
      },
    },
  );
  expect(simplifySchema(schema, 0)).toBe(schema);
});

test('a reference that comes back to itself is taken out', () => {
  const $defs = { a: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } };
  expect(simplifySchema(object({ $ref: '#/$defs/a' }, { $defs }), 0)).toEqual(
    object({}, { $defs: { a: { anyOf: [{ type: 'string' }, {}] }, b: {} } }),
  );
});

test('so is one that comes back beside a reference to nothing', () => {
  const $defs = { a: { $ref: '#/none', anyOf: [{ $ref: '#/$defs/a' }] } };
  expect(simplifySchema(object({ $ref: '#/$defs/a' }, { $defs }), 0)).toEqual(
    object({}, { $defs: { a: { anyOf: [{}] } } }),
  );
});

test('level 1 takes out what constrains a value, and no property of that name', () => {
  const schema = object({
    type: 'object',
    properties: {
      pattern: { type: 'string', pattern: '^a$', format: 'date' },
      minimum: { type: 'integer', minimum: 1 },
    },
    required: ['pattern'],
  });
  expect(simplifySchema(schema, 1)).toEqual(
    object({
      type: 'object',
      properties: { pattern: { type: 'string' }, minimum: { type: 'integer' } },
      required: ['pattern'],
    }),
  );
});

test('level 2 keeps names, types and descriptions', () => {
  const schema = object(
    { type: 'array', items: { $ref: '#/x' }, description: 'd' },
    { required: ['x'], oneOf: [] },
  );
  expect(simplifySchema(schema, 2)).toEqual(
    object({ type: 'array', items: {}, description: 'd' }, { required: ['x'] }),
  );
  expect(simplifySchema({ $ref: '#/x' }, 2)).toEqual({ type: 'object' });
});

test('any schema is simplified without a change of the argument, and once is enough', () => {
  const keyword = fc.constantFrom(
    'type',
    'items',
    'properties',
    'anyOf',
    '$ref',
    '$defs',
    'minLength',
    'pattern',
    'x',
  );
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('string', 'object', '#/$defs/x', '#/properties/x', null, true, 5, -1, '^a$'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keyword, tie('value'), { maxKeys: 4 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(keyword, anything), fc.constantFrom(0, 1, 2), (schema, level) => {
      const before = JSON.stringify(schema);
      const simplified = simplifySchema(schema, level);
      expect(JSON.stringify(schema)).toBe(before);
      expect(simplifySchema(simplified, 0)).toEqual(simplified);
    }),
  );
});
