/** A JSON Schema that is an object; the other kind is a boolean. */
export type Schema = Readonly<Record<string, unknown>>;

/** True if the value is a JSON object: neither an array nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Returns the schema that a local `$ref` (`#/$defs/name`) points at, or undefined if there is none: another document,
 * an anchor, nothing at that place, a boolean. Names are taken as they are written, as llama.cpp does: it unescapes neither `~1` nor `%20`.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/common/json-schema.cpp (`resolve_ref`)
 */
export function resolveReference(reference: unknown, root: Schema): Schema | undefined {
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return undefined;
  let target: unknown = root;
  for (const key of reference.slice(2).split('/')) {
    if (Array.isArray(target)) target = /^\d+$/.test(key) ? (target as unknown[])[Number(key)] : undefined;
    else target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  return isObject(target) ? target : undefined;
}
