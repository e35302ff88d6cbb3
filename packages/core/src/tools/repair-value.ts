import { parseModelJson } from '../json-depth.ts';
import { alternatives, declaredTypes, fits, followReferences, propertySchema, typeOf } from './schema-fit.ts';
import { isObject, type Schema } from './schema-types.ts';

/** A value and how much of it was repaired; the value itself is the given one where that is nothing. */
export interface Repaired {
  readonly value: unknown;
  readonly repairs: number;
}

/** Returns the value as its schema wants it, as far as that can be had without loss. Never changes the given value. */
function repairValue(value: unknown, schema: unknown, root: Schema, above: readonly Schema[] = []): Repaired {
  if (fits(value, schema, root)) return { value, repairs: 0 };
  const resolved = followReferences(schema, root);
  if (resolved === undefined || above.includes(resolved)) return { value, repairs: 0 };
  const branches = alternatives(resolved);
  if (branches) {
    for (const branch of branches) {
      const repaired = repairValue(value, branch, root, [...above, resolved]);
      if (repaired.repairs > 0 && fits(repaired.value, resolved, root)) return repaired;
    }
    return { value, repairs: 0 };
  }
  const inner = repairInside(value, resolved, root);
  if (inner.repairs > 0) return inner;
  for (const candidate of candidates(value, resolved)) {
    const repaired = repairInside(candidate, resolved, root);
    if (fits(repaired.value, resolved, root)) return { ...repaired, repairs: repaired.repairs + 1 };
  }
  return inner;
}

/** Repairs what an array or object holds, each value for itself. */
function repairInside(value: unknown, schema: Schema, root: Schema): Repaired {
  if (Array.isArray(value) && isObject(schema['items'])) {
    const items = value.map((item) => repairValue(item, schema['items'], root));
    const repairs = items.reduce((sum, item) => sum + item.repairs, 0);
    return repairs === 0 ? { value, repairs } : { value: items.map((item) => item.value), repairs };
  }
  if (isObject(value)) {
    let repairs = 0;
    const entries: [string, unknown][] = [];
    for (const [name, property] of Object.entries(value)) {
      const repaired = repairProperty(name, property, schema, root);
      repairs += repaired.repairs;
      if (!repaired.isDropped) entries.push([name, repaired.value]);
    }
    return repairs === 0 ? { value, repairs } : { value: Object.fromEntries(entries), repairs };
  }
  return { value, repairs: 0 };
}

/** Repairs one property of an object, where null may also mean that there is none. */
export function repairProperty(
  name: string,
  value: unknown,
  schema: Schema,
  root: Schema,
): Repaired & { isDropped: boolean } {
  const declared = propertySchema(name, schema);
  if (declared === undefined) return { value, repairs: 0, isDropped: false };
  const required = schema['required'];
  const isOptional = !(Array.isArray(required) && required.includes(name));
  if (value === null && isOptional && !fits(value, declared, root))
    return { value, repairs: 1, isDropped: true };
  return { ...repairValue(value, declared, root), isDropped: false };
}

/** What a value of the wrong type may have been meant as; whether it fits is seen afterwards. */
function candidates(value: unknown, schema: Schema): unknown[] {
  const declared = declaredTypes(schema);
  const found: unknown[] = [];
  if (typeof value === 'string') {
    const parsed = parse(value);
    const type = typeOf(parsed);
    if (type === 'object' || type === 'array' || type === 'boolean') {
      if (declared.includes(type)) found.push(parsed);
    } else if (
      typeof parsed === 'number' &&
      /integer|number/.test(declared.join()) &&
      String(parsed) === value.trim()
    ) {
      found.push(parsed);
    }
  }
  if (typeof value === 'number' && declared.includes('string')) found.push(String(value));
  // A text that begins like a list was meant as one.
  const isSingle =
    value !== null && !Array.isArray(value) && !(typeof value === 'string' && /^\s*\[/.test(value));
  if (isSingle && declared.includes('array') && isObject(schema['items'])) found.push([value]);
  return found;
}

function parse(text: string): unknown {
  return keepsNumbers(text) ? parseModelJson(text) : undefined;
}

/**
 * True if every number in a JSON text is written as it would be again: neither `1.0` nor more digits than a double has,
 * which a repair around it would change.
 */
export function keepsNumbers(json: string): boolean {
  const numbers = json.replaceAll(/"(?:\\.|[^"\\])*"/gs, '').match(/-?\d[\d.eE+-]*/g) ?? [];
  return numbers.every((number) => String(Number(number)) === number);
}
