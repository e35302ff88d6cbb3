/**
 * As deep as JSON of any form may be nested: a tool's schema, the input of a call. What goes through JSON by recursion,
 * `JSON.stringify` to begin with, ends at some thousands of levels; nobody means that many.
 */
export const maxJsonDepth = 500;

/** Returns whether a JSON value is nested no deeper than {@link maxJsonDepth}. */
export function isShallow(json: unknown, levels: number = maxJsonDepth): boolean {
  if (typeof json !== 'object' || json === null) return true;
  if (levels === 0) return false;
  for (const value of Object.values(json) as unknown[]) {
    if (!isShallow(value, levels - 1)) return false;
  }
  return true;
}

/** Returns what a model's text says as JSON, or undefined if it is none, or is nested too deeply. */
export function parseModelJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
