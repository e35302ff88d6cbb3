import { isObject, resolveReference, type Schema } from './schema-types.ts';

/**
 * True if the value has the types that its schema declares, and the constant or one of the values that it names.
 * Lengths, bounds and patterns do not count: no repair could mend them.
 */
export function fits(value: unknown, schema: unknown, root: Schema, above: readonly Schema[] = []): boolean {
  const resolved = followReferences(schema, root);
  if (resolved === undefined) return true;
  // A branch that leads back here says nothing of its own.
  if (above.includes(resolved)) return false;
  if (resolved['const'] !== undefined && !isSame(value, resolved['const'])) return false;
  const values = resolved['enum'];
  if (Array.isArray(values) && !values.some((one) => isSame(value, one))) return false;
  const branches = alternatives(resolved);
  if (branches && !branches.some((branch) => fits(value, branch, root, [...above, resolved]))) return false;
  const declared = declaredTypes(resolved);
  if (declared.length > 0 && !declared.some((type) => isOfType(value, type))) return false;
  if (Array.isArray(value)) {
    const items = resolved['items'];
    return !isObject(items) || value.every((item) => fits(item, items, root));
  }
  if (!isObject(value)) return true;
  return (
    missing(value, resolved).length === 0 &&
    Object.entries(value).every(([name, property]) => fits(property, propertySchema(name, resolved), root))
  );
}

/** Returns the names of the required properties that an object has not. */
function missing(value: Readonly<Record<string, unknown>>, schema: Schema): unknown[] {
  const required = schema['required'];
  if (!Array.isArray(required)) return [];
  return required.filter((name) => typeof name === 'string' && !Object.hasOwn(value, name));
}

/** Returns the schema that references lead to, undefined where everything is allowed or nothing is known. */
export function followReferences(schema: unknown, root: Schema): Schema | undefined {
  const seen = new Set<unknown>();
  let current = schema;
  while (isObject(current) && current['$ref'] !== undefined) {
    if (seen.has(current)) return undefined;
    seen.add(current);
    current = resolveReference(current['$ref'], root);
  }
  return isObject(current) ? current : undefined;
}

export function alternatives(schema: Schema): readonly unknown[] | undefined {
  const branches = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(branches) && branches.length > 0 ? branches : undefined;
}

export function declaredTypes(schema: Schema): string[] {
  const type = schema['type'];
  return [type].flat().filter((one) => typeof one === 'string');
}

/** Returns the name that JSON Schema has for the type of a value; a whole number is an integer too. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  // A type that nobody knows refuses nothing.
  return !/^(?:string|number|boolean|object|array|null)$/.test(type) || typeOf(value) === type;
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other));
}

/** Returns the schema of a property that is declared by name, or undefined. */
export function propertySchema(name: string, schema: Schema): unknown {
  const properties = schema['properties'];
  return isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
}
