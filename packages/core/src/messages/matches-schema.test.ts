import fc from 'fast-check';
import { Check } from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { matchesSchema, type RequestSchema } from './matches-schema.ts';
import {
  anyBlockSchema,
  anyToolSchema,
  blockSchemas,
  countTokensRequestSchema,
  customToolSchema,
  messageSchema,
  messagesRequestSchema,
  sourceSchemas,
} from './request-schemas.ts';

const schemas: Readonly<Record<string, RequestSchema>> = {
  anyBlockSchema,
  anyToolSchema,
  countTokensRequestSchema,
  customToolSchema,
  messageSchema,
  messagesRequestSchema,
  ...blockSchemas,
  ...sourceSchemas,
};

/** Returns values that mostly match: fields of the right type, of another one, or not there at all. */
function valuesFor(schema: RequestSchema): fc.Arbitrary<unknown> {
  const wrong = fc.constantFrom(null, true, 0, -1, 1.5, '', 'x', [], [1], {}, { type: 'x' });
  const right: fc.Arbitrary<unknown>[] = [wrong];
  if (schema.enum) right.push(fc.constantFrom(...schema.enum));
  if (schema.items) right.push(fc.array(valuesFor(schema.items), { maxLength: 3 }));
  if (schema.properties) {
    const fields = Object.entries(schema.properties).map(([key, field]) => [key, valuesFor(field)] as const);
    const others = { type: fc.constant('x'), constructor: wrong, more: wrong };
    right.push(fc.record({ ...others, ...Object.fromEntries(fields) }, { requiredKeys: [] }));
    right.push(fc.record(Object.fromEntries(fields)));
  }
  for (const type of [schema.type ?? []].flat()) {
    const likely = {
      string: 'a',
      number: 2.5,
      integer: 7,
      boolean: false,
      array: [],
      object: {},
      null: null,
    };
    right.push(fc.constant(likely[type]));
  }
  return fc.oneof(...right.map((arbitrary, index) => ({ arbitrary, weight: index === 0 ? 1 : 20 })));
}

describe('matchesSchema', () => {
  it.each(Object.entries(schemas))('says of %s what a validator says', (_name, schema) => {
    let matches = 0;
    fc.assert(
      fc.property(valuesFor(schema), (value) => {
        const isMatch = matchesSchema(schema, value);
        if (isMatch) matches += 1;
        expect(isMatch).toBe(Check(schema, value));
      }),
      { numRuns: 1000 },
    );
    expect(matches).toBeGreaterThan(50);
  });

  it('leaves to the validator what no JSON text can say', () => {
    expect(matchesSchema(messageSchema, { role: 'user', content: undefined })).toBe(false);
  });
});
