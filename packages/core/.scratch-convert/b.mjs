import { Check, Errors } from 'typebox/schema';
const s = {
  type: 'object',
  required: ['a'],
  properties: {
    a: { type: ['string', 'null'] },
    b: { enum: ['x', 'y'] },
    c: { type: ['object', 'null'], required: ['q'] },
    d: { type: 'array', items: { type: 'string' }, minItems: 1 },
    e: { type: 'integer', minimum: 0 },
    f: { const: 3 },
    g: { type: ['string', 'array'] },
  },
};
console.log(
  Check(s, { a: null, c: null, g: [1] }),
  JSON.stringify(Errors(s, { a: 1, b: 'z', c: {}, d: [], e: -1 })),
  JSON.stringify(Errors(s, { d: [1], e: 1.5, f: 4, g: 4, c: undefined, b: null })),
);
