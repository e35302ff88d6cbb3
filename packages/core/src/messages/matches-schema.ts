/** The keywords of JSON Schema that requests are checked by. */
export interface RequestSchema {
  readonly type?: TypeName | readonly TypeName[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, RequestSchema>>;
  readonly items?: RequestSchema;
}

type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/**
 * Returns true only if `value` matches `schema`; false asks a validator, which also says what is wrong. Nearly every
 * request is right, and a validator for all of JSON Schema looks for forty keywords at each of its values.
 */
export function matchesSchema(schema: RequestSchema, value: unknown): boolean {
  const { type } = schema;
  if (type !== undefined) {
    if (typeof type === 'string' ? !isOfType(type, value) : !type.some((one) => isOfType(one, value)))
      return false;
  }
  if (schema.enum && !schema.enum.includes(value as string)) return false;
  if (typeof value === 'number') return schema.minimum === undefined || value >= schema.minimum;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined || value.every((item) => matchesSchema(items, item));
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of schema.required ?? []) if (fields[key] === undefined) return false;
  for (const key in schema.properties) {
    const field = fields[key];
    if (field !== undefined && !matchesSchema(schema.properties[key] ?? {}, field)) return false;
  }
  return true;
}

function isOfType(type: TypeName, value: unknown): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'string':
    case 'boolean':
      return typeof value === type;
    default:
      return type satisfies never;
  }
}
