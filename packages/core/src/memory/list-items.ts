/** Where the items of a list stand in the text of a JSON object, in bytes. */
export interface ListItems {
  /** Behind the opening bracket. */
  readonly start: number;
  /** Where each item is over: the place of the comma behind it; of the last one, of the closing bracket. */
  readonly ends: readonly number[];
  /** How many fields the object has, those that are there twice counted twice. */
  readonly fields: number;
}

const [quote, backslash, comma, openBracket, openBrace] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];
const [closeBracket, closeBrace] = [0x5d, 0x7d];

/**
 * Returns where the items of the list `name` stand, or undefined if the object has no such list that is spelled without escapes.
 *
 * @param json - UTF-8 that `JSON.parse` has taken. Of anything else the result means nothing.
 */
export function findListItems(json: Uint8Array, name: string): ListItems | undefined {
  const quoted = Array.from(`"${name}"`, (character) => character.charCodeAt(0));
  let items: Pick<ListItems, 'start' | 'ends'> | undefined;
  let fields = 0;
  let at = skipSpace(json, 0);
  if (json[at] !== openBrace || json[skipSpace(json, at + 1)] === closeBrace) return undefined;
  // `at` is an opening brace, or the comma behind a field.
  while (json[at] === openBrace || json[at] === comma) {
    const key = skipSpace(json, at + 1);
    const colon = skipSpace(json, skipString(json, key));
    const value = skipSpace(json, colon + 1);
    fields += 1;
    if (json[value] === openBracket && quoted.every((byte, index) => json[key + index] === byte)) {
      items = { start: value + 1, ends: findItemEnds(json, value + 1) };
    }
    at = skipValue(json, value);
  }
  return items && { ...items, fields };
}

/** Returns where each of the items is over that follow `at`, which is behind an opening bracket or behind a comma. */
export function findItemEnds(json: Uint8Array, at: number): number[] {
  const ends: number[] = [];
  let end = at - 1;
  do {
    end = skipValue(json, end + 1);
    ends.push(end);
  } while (json[end] === comma);
  return ends;
}

/** Returns the place of the comma or of the closing bracket behind a value, or behind nothing at all. */
function skipValue(json: Uint8Array, start: number): number {
  let at = start;
  let depth = 0;
  while (at < json.length) {
    switch (json[at]) {
      case quote:
        at = skipString(json, at);
        continue;
      case openBrace:
      case openBracket:
        depth += 1;
        break;
      case closeBrace:
      case closeBracket:
        if (depth === 0) return at;
        depth -= 1;
        break;
      case comma:
        if (depth === 0) return at;
        break;
      default:
    }
    at += 1;
  }
  return at;
}

/** Returns the place behind a string that begins at `start`. */
function skipString(json: Uint8Array, start: number): number {
  let end = start;
  do {
    end = json.indexOf(quote, end + 1);
    if (end === -1) return json.length;
  } while (isEscaped(json, end));
  return end + 1;
}

function isEscaped(json: Uint8Array, at: number): boolean {
  let first = at;
  while (json[first - 1] === backslash) first -= 1;
  return (at - first) % 2 === 1;
}

function skipSpace(json: Uint8Array, start: number): number {
  let at = start;
  while (json[at] === 0x20 || json[at] === 0x0a || json[at] === 0x0d || json[at] === 0x09) at += 1;
  return at;
}
