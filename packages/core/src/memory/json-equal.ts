export interface JsonEqualOptions {
  /** A text of the replay may have lost spaces at the ends of its lines and blank lines at its end. */
  readonly allowTrimmed?: boolean;
  /** Fields of the outermost object that clients fill in: present in the replay with this value, they count as absent. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** Deeper values are not compared: nothing a model writes is, and the stack has an end. */
const maxDepth = 200;

/**
 * Returns whether the JSON text `original` says the same as the value `replayed`: key order, white space, the spelling
 * of numbers (`5.0`, `5`) and of characters (`\u00e9`, `\/`) say nothing. False for a text that is no JSON.
 */
export function isJsonEquivalent(
  original: string,
  replayed: unknown,
  options: JsonEqualOptions = {},
): boolean {
  let value: unknown;
  try {
    value = JSON.parse(original);
  } catch {
    return false;
  }
  return isEqual(value, withoutDefaults(value, replayed, options.defaults), options.allowTrimmed ?? false, 0);
}

/** Returns whether `replayed` is `original`, or what is left of it when ends of lines, and the end of the text, are trimmed. */
export function isTrimmedText(original: string, replayed: string): boolean {
  if (original === replayed) return true;
  // A client that takes spaces away makes a text shorter, one that adds some has changed it.
  return replayed.length < original.length && trimLineEnds(original) === trimLineEnds(replayed);
}

function isEqual(original: unknown, replayed: unknown, allowTrimmed: boolean, depth: number): boolean {
  if (original === replayed) return true;
  if (typeof original === 'string' && typeof replayed === 'string') {
    return allowTrimmed && isTrimmedText(original, replayed);
  }
  if (depth > maxDepth) return false;
  if (Array.isArray(original)) {
    return (
      Array.isArray(replayed) &&
      original.length === replayed.length &&
      original.every((item, index) => isEqual(item, replayed[index], allowTrimmed, depth + 1))
    );
  }
  if (!isObject(original) || !isObject(replayed)) return false;
  const keys = Object.keys(original);
  return (
    keys.length === Object.keys(replayed).length &&
    keys.every(
      (key) => Object.hasOwn(replayed, key) && isEqual(original[key], replayed[key], allowTrimmed, depth + 1),
    )
  );
}

function withoutDefaults(
  original: unknown,
  replayed: unknown,
  defaults: JsonEqualOptions['defaults'],
): unknown {
  if (defaults === undefined || !isObject(original) || !isObject(replayed)) return replayed;
  return Object.fromEntries(
    Object.entries(replayed).filter(
      ([key, value]) =>
        Object.hasOwn(original, key) || !Object.hasOwn(defaults, key) || defaults[key] !== value,
    ),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Line by line: one expression for it takes quadratic time on a long run of spaces. */
function trimLineEnds(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}
