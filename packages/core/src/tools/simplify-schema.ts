import { mostRepetitions, toGrammarPattern } from './grammar-pattern.ts';
import { isObject, resolveReference, type Schema } from './schema-types.ts';

/**
 * How much is taken out of a schema: 0, only what llama.cpp refuses or hangs on; 1, everything that constrains a value
 * beyond its type; 2, everything but the names, types and descriptions of the properties.
 */
export type SimplificationLevel = 0 | 1 | 2;

/**
 * Returns a schema that llama.cpp's grammar compiler takes and that every value of the given one fits: the same object
 * if nothing had to go, never a changed argument. For the wire only, the client's own schema stays the one to check
 * arguments against.
 *
 * A refused schema costs the whole request: llama-server answers 400 ("JSON schema error", "failed to parse grammar"),
 * and hangs for good on `minLength` above `maxLength` or a bound of -2^63. Level 0 is sent always, the others
 * after a refusal.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/common/json-schema.cpp
 * @see https://github.com/ggml-org/llama.cpp/blob/master/src/llama-grammar.cpp (`MAX_REPETITION_THRESHOLD`)
 */
export function simplifySchema(
  schema: Record<string, unknown>,
  level: SimplificationLevel,
): Record<string, unknown> {
  switch (level) {
    case 0:
      return simplify(schema, { root: schema, dropped: none });
    case 1:
      return simplify(schema, { root: schema, dropped: constraints });
    case 2:
      return toOutline(schema);
    default:
      return level satisfies never;
  }
}

interface Simplification {
  readonly root: Schema;
  /** Keywords that go in any case. */
  readonly dropped: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();
const sizes = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'];
const bounds = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'];
const constraints: ReadonlySet<string> = new Set([
  ...sizes,
  ...bounds,
  'pattern',
  'format',
  'multipleOf',
  'uniqueItems',
  'propertyNames',
  'patternProperties',
  'contains',
  'not',
]);

/** Of a list that is a group in the grammar, which counts for up to three rules a repetition. */
const mostItems = 500;
const types: ReadonlySet<unknown> = new Set([
  'object',
  'array',
  'string',
  'number',
  'integer',
  'boolean',
  'null',
]);

function simplify(schema: Record<string, unknown>, by: Simplification): Record<string, unknown> {
  const entries = Object.entries(schema);
  const kept: [string, unknown][] = [];
  let changed = false;
  for (const [key, value] of entries) {
    const simplified = by.dropped.has(key) ? undefined : simplifyKeyword(key, value, schema, by);
    if (simplified !== undefined) kept.push([key, simplified]);
    changed ||= simplified !== value;
  }
  // The template of gpt-oss fails on a list that does not say of what.
  if (isBareList(schema, kept)) return Object.fromEntries([...kept, ['items', {}]]);
  return changed ? Object.fromEntries(kept) : schema;
}

function isBareList(schema: Schema, kept: readonly (readonly [string, unknown])[]): boolean {
  const isList = [schema['type']].flat().includes('array');
  return isList && !kept.some(([key]) => key === 'items' || key === 'prefixItems');
}

/** Returns the value that is sent, the same one if it is fine, undefined to leave the keyword out. */
function simplifyKeyword(key: string, value: unknown, schema: Schema, by: Simplification): unknown {
  switch (key) {
    case '$ref':
      return isUsable(value, by.root) ? value : undefined;
    case 'type':
      return toType(value);
    case 'enum':
      return Array.isArray(value) && value.length > 0 ? value : undefined;
    case 'properties':
    case '$defs':
    case 'definitions':
      return isObject(value) ? simplifyMap(value, by) : undefined;
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
    case 'prefixItems':
      return Array.isArray(value) && value.length > 0 ? simplifyList(value, by) : undefined;
    case 'items':
      if (Array.isArray(value)) return simplifyList(value, by);
      return isObject(value) ? simplify(value, by) : undefined;
    case 'additionalProperties':
      if (value === false) return value;
      if (hasBracketName(schema)) return undefined;
      return value === true ? value : isObject(value) ? simplify(value, by) : undefined;
    case 'minLength':
    case 'maxLength':
      return isSize(value, mostRepetitions) && !isTurned(schema, 'minLength', 'maxLength')
        ? value
        : undefined;
    case 'minItems':
    case 'maxItems':
      return isSize(value, mostItems) && !isTurned(schema, 'minItems', 'maxItems') ? value : undefined;
    case 'minimum':
    case 'exclusiveMinimum':
    case 'maximum':
    case 'exclusiveMaximum':
      return isBound(value) && !isEmptyRange(schema) ? value : undefined;
    case 'format':
      return typeof value === 'string' ? value : undefined;
    case 'pattern':
      return typeof value === 'string' ? toGrammarPattern(value) : undefined;
    default:
      return value;
  }
}

function simplifyMap(schemas: Record<string, unknown>, by: Simplification): Record<string, unknown> {
  const simplified = Object.entries(schemas).map(
    ([name, schema]) => [name, simplifyAny(schema, by)] as const,
  );
  return simplified.every(([name, schema]) => schema === schemas[name])
    ? schemas
    : Object.fromEntries(simplified);
}

function simplifyList(schemas: readonly unknown[], by: Simplification): readonly unknown[] {
  const simplified = schemas.map((schema) => simplifyAny(schema, by));
  return simplified.every((schema, index) => schema === schemas[index]) ? schemas : simplified;
}

/** llama.cpp takes no boolean where a schema is expected. */
function simplifyAny(schema: unknown, by: Simplification): Record<string, unknown> {
  return isObject(schema) ? simplify(schema, by) : {};
}

function toType(type: unknown): unknown {
  if (types.has(type)) return type;
  if (typeof type === 'string') {
    const lower = type.toLowerCase();
    return types.has(lower) ? lower : undefined;
  }
  if (!Array.isArray(type)) return undefined;
  const known = type.map(toType);
  // Without one of them the others would be too few: a list of types is a union.
  if (known.length === 0 || known.includes(undefined)) return undefined;
  return known.every((one, index) => one === type[index]) ? type : known;
}

/** Where a reference may point: the places that are simplified too. */
const walked = /^#\/(?:\$defs|definitions|properties|items|prefixItems|anyOf|oneOf|allOf)\//;

/** A reference that comes back to itself before anything was written is left recursion, which no grammar may have. */
function isUsable(reference: unknown, root: Schema): boolean {
  return typeof reference === 'string' && walked.test(reference) && !comesBack(reference, root);
}

function comesBack(reference: string, root: Schema): boolean {
  const seen = new Set<string>();
  const startsWithReference = (schema: unknown): boolean => {
    if (!isObject(schema)) return false;
    const next = schema['$ref'];
    if (typeof next === 'string') {
      if (next === reference) return true;
      const isNew = !seen.has(next);
      seen.add(next);
      if (isNew && startsWithReference(resolveReference(next, root))) return true;
    }
    return ['anyOf', 'oneOf', 'allOf'].some((key) => {
      const branches = schema[key];
      return Array.isArray(branches) && branches.some(startsWithReference);
    });
  };
  const target = resolveReference(reference, root);
  return target === undefined || startsWithReference(target);
}

function isSize(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
}

function isTurned(schema: Schema, least: string, most: string): boolean {
  return Number(schema[least]) > Number(schema[most]);
}

function isBound(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

/** Bounds say something in a grammar for integers only. */
function isEmptyRange(schema: Schema): boolean {
  const type = schema['type'];
  if (type !== 'integer' && !(Array.isArray(type) && type.includes('integer'))) return false;
  const [least, above, most, below] = bounds.map((key) =>
    isBound(schema[key]) ? Number(schema[key]) : undefined,
  );
  const from =
    least !== undefined ? Math.ceil(least) : above !== undefined ? Math.floor(above) + 1 : undefined;
  const to = most !== undefined ? Math.floor(most) : below !== undefined ? Math.ceil(below) - 1 : undefined;
  return from !== undefined && to !== undefined && from > to;
}

/** The names of the properties are written into a character class, unescaped, where further ones are allowed. */
function hasBracketName(schema: Schema): boolean {
  const properties = schema['properties'];
  return isObject(properties) && Object.keys(properties).some((name) => /[\\[\]]/.test(name));
}

function toOutline(schema: Schema): Record<string, unknown> {
  const properties = schema['properties'];
  if (!isObject(properties)) return { type: 'object' };
  const outlined = Object.entries(properties).map(([name, property]) => {
    if (!isObject(property)) return [name, {}] as const;
    const type = types.has(property['type']) ? property['type'] : undefined;
    const description = property['description'];
    return [
      name,
      {
        ...(type !== undefined && { type }),
        ...(type === 'array' && { items: {} }),
        ...(typeof description === 'string' && { description }),
      },
    ] as const;
  });
  const required = schema['required'];
  return {
    type: 'object',
    properties: Object.fromEntries(outlined),
    ...(Array.isArray(required) && { required }),
  };
}
