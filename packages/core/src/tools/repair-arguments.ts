import { parseModelJson } from '../json-depth.ts';
import { keepsNumbers, repairProperty } from './repair-value.ts';
import { declaredTypes, followReferences, propertySchema } from './schema-fit.ts';
import { isObject } from './schema-types.ts';

export interface RepairedArguments {
  /** The very text that was given if nothing had to be repaired: its bytes matter to prompt caches. */
  json: string;
  /** How many values were repaired. */
  repairs: number;
}

/**
 * Returns the arguments of a tool call with values of a wrong JSON type repaired, where that loses nothing and guesses
 * nothing: `"5"` for a number, `"true"` for a boolean, the JSON text of an array or object in a string, a single value
 * for a list of such values, `5` for a string, `null` for a property that may be left out. Small models write
 * such values, and clients answer with an error that the model repeats for ever.
 *
 * A value that still misses its schema is left as it is, and so is text that is no JSON object. Of an object only the
 * properties that were repaired are written anew.
 *
 * @param schema - the client's own schema of the tool's input
 */
export function repairArguments(json: string, schema: Record<string, unknown>): RepairedArguments {
  if (!isObject(parseModelJson(json))) return { json, repairs: 0 };
  const stream = createArgumentStream(schema);
  const repaired = stream.push(json) + stream.end();
  return { json: repaired, repairs: stream.repairs() };
}

export interface ArgumentStream {
  /** Takes the next piece of the arguments and returns what of them can leave. */
  push(json: string): string;
  /** Returns what was held back: arguments that were cut off leave as they came. */
  end(): string;
  /** How many values were repaired so far. */
  repairs(): number;
}

/**
 * Returns a {@link repairArguments} for arguments that arrive in pieces: all that it returns is the same text.
 *
 * Text of declared strings, the only long values there are as a rule, and undeclared properties leave as they arrive.
 * Every other property is held back until its value is complete.
 */
export function createArgumentStream(schema: Record<string, unknown>): ArgumentStream {
  const root = followReferences(schema, schema) ?? {};
  let place: 'start' | 'separator' | 'key' | 'colon' | 'value' | 'raw' = 'start';
  let out = '';
  let separator = '';
  let head = '';
  let key = '';
  let name = '';
  let value = '';
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let isPassing = false;
  let hasMembers = false;
  let isFirstDropped = false;
  let repairs = 0;

  function leaveHead(): void {
    out += (isFirstDropped ? separator.replace(',', '') : separator) + head;
    isFirstDropped = false;
    hasMembers = true;
    separator = head = '';
  }

  function giveUp(): void {
    out += separator + head + value;
    separator = head = value = '';
    place = 'raw';
  }

  function endMember(): void {
    place = 'separator';
    if (isPassing) return;
    const repaired = repairMember(name, value);
    if (repaired === undefined) {
      isFirstDropped ||= !hasMembers;
      separator = head = '';
    } else {
      leaveHead();
      out += repaired;
    }
    value = '';
  }

  /** Returns the text of a value, undefined to leave the property out. */
  function repairMember(property: string, text: string): string | undefined {
    if (!keepsNumbers(text)) return text;
    const parsed = parseModelJson(text);
    if (parsed === undefined) return text;
    const repaired = repairProperty(property, parsed, root, schema);
    repairs += repaired.repairs;
    if (repaired.isDropped) return undefined;
    return repaired.repairs === 0 ? text : JSON.stringify(repaired.value);
  }

  function beginValue(first: string): void {
    try {
      name = JSON.parse(key) as string;
    } catch {
      giveUp();
      return;
    }
    isPassing = !mayNeedRepair(name, first);
    if (isPassing) leaveHead();
    place = 'value';
    depth = 0;
  }

  function mayNeedRepair(property: string, first: string): boolean {
    const declared = propertySchema(property, root);
    if (declared === undefined) return false;
    const resolved = followReferences(declared, schema);
    return !(first === '"' && resolved && isPlainString(resolved));
  }

  function takeString(char: string): boolean {
    if (isEscaped) isEscaped = false;
    else if (char === '\\') isEscaped = true;
    else if (char === '"') return true;
    return false;
  }

  function takeValue(char: string): void {
    const isScalarEnd = !inString && depth === 0 && /[,}\s]/.test(char);
    if (isScalarEnd) {
      endMember();
      take(char);
      return;
    }
    if (isPassing) out += char;
    else value += char;
    if (inString) inString = !takeString(char);
    else if (char === '"') {
      inString = true;
      return;
    } else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else return;
    if (!inString && depth <= 0) endMember();
  }

  function take(char: string): void {
    switch (place) {
      case 'start':
        out += char;
        if (!isSpace(char)) place = char === '{' ? 'separator' : 'raw';
        return;
      case 'separator':
        if (char === '"') {
          place = 'key';
          head = key = char;
          return;
        }
        separator += char;
        if (char !== ',' && !isSpace(char)) giveUp();
        return;
      case 'key':
        head += char;
        key += char;
        if (takeString(char)) place = 'colon';
        return;
      case 'colon':
        if (char === ':' || isSpace(char)) head += char;
        else {
          beginValue(char);
          take(char);
        }
        return;
      case 'value':
        takeValue(char);
        return;
      case 'raw':
        out += char;
        return;
      default:
        place satisfies never;
    }
  }

  function flush(): string {
    const flushed = out;
    out = '';
    return flushed;
  }

  return {
    push(json) {
      for (const char of json) take(char);
      return flush();
    },
    end() {
      if (place !== 'raw') giveUp();
      return flush();
    },
    repairs: () => repairs,
  };
}

/** True if every string is fine as it is. */
function isPlainString(schema: Readonly<Record<string, unknown>>): boolean {
  const declared = declaredTypes(schema);
  return (
    (declared.length === 0 || declared.includes('string')) &&
    !['enum', 'const', 'anyOf', 'oneOf'].some((keyword) => keyword in schema)
  );
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\r' || char === '\t';
}
