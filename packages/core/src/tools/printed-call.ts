import type { ChatTool } from '../chat/types.ts';
import { parseModelJson } from '../json-depth.ts';
import { repairArguments } from './repair-arguments.ts';
import { declaredTypes, fits, followReferences, propertySchema } from './schema-fit.ts';
import { isObject, type Schema } from './schema-types.ts';

/** A tool call that was printed as text: `arguments` is JSON text that fits the tool's schema. */
export interface PrintedCall {
  name: string;
  arguments: string;
}

/** `more`: it may become a call with further text. `no`: it is none. */
export type Reading = 'more' | 'no' | { calls: PrintedCall[]; length: number };

/** How a printed call, or a list of such, begins. */
export const openings = ['<tool_call>', '<function_calls>', '<function=', '<invoke name='] as const;

/**
 * Reads the calls that a text begins with, in one of the spellings of {@link openings}, alone or in a list.
 *
 * @param isWhole - no further text follows, so that a closing tag of the list may be missing
 */
export function readTaggedCalls(text: string, tools: readonly ChatTool[], isWhole: boolean): Reading {
  const list = /^<(tool_call|function_calls)>\s*/.exec(text);
  if (!list) return readTaggedCall(text, tools);
  const closing = `</${list[1] ?? ''}>`;
  const calls: PrintedCall[] = [];
  let at = list[0].length;
  for (;;) {
    const rest = text.slice(at);
    if (calls.length > 0 && rest.startsWith(closing)) return { calls, length: at + closing.length };
    if (isWhole && calls.length > 0 && rest === '') return { calls, length: at };
    if (closing.startsWith(rest)) return 'more';
    const call = rest.startsWith('{') ? readJsonCall(rest, tools) : readTaggedCall(rest, tools);
    if (typeof call === 'string') return call;
    calls.push(...call.calls);
    at += call.length;
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
  }
}

/** Reads `{"name": …, "arguments": {…}}` at the beginning of a text; `parameters` is as good as `arguments`. */
export function readJsonCall(text: string, tools: readonly ChatTool[]): Reading {
  if (!/^\{\s*(?:$|"[^"]*$|"(?:name|arguments|parameters|type|id)")/.test(text)) return 'no';
  const length = objectLength(text);
  if (length === undefined) return 'more';
  const value = parseModelJson(text.slice(0, length));
  if (
    !isObject(value) ||
    Object.keys(value).some((key) => !/^(?:name|arguments|parameters|type|id)$/.test(key))
  )
    return 'no';
  const given = value['arguments'] ?? value['parameters'];
  const input = typeof given === 'string' ? parseModelJson(given) : given;
  return toReading(value['name'], input, length, tools);
}

const spellings = [
  {
    opening: /^<function=([^>\s]+)>\s*/,
    unfinished: /^<(?:f(?:u(?:n(?:c(?:t(?:i(?:o(?:n(?:=[^>\s]*)?)?)?)?)?)?)?)?)?$/,
    parameter: /^<parameter=([^>]+)>/,
    closing: '</function>',
  },
  {
    opening: /^<invoke name="([^"]+)"\s*>\s*/,
    unfinished: /^<(?:i(?:n(?:v(?:o(?:k(?:e(?: (?:n(?:a(?:m(?:e(?:=(?:"[^"]*"?\s*)?)?)?)?)?)?)?)?)?)?)?)?)?$/,
    parameter: /^<parameter name="([^"]+)"[^>]*>/,
    closing: '</invoke>',
  },
] as const;

/** Reads `<function=name>` or `<invoke name="name">` with its parameters, or with the arguments as JSON. */
function readTaggedCall(text: string, tools: readonly ChatTool[]): Reading {
  for (const { opening, unfinished, parameter, closing } of spellings) {
    if (unfinished.test(text)) return 'more';
    const begin = opening.exec(text);
    const tool = tools.find((one) => one.function.name === begin?.[1]);
    if (!begin || !tool) continue;
    const body = begin[0].length;
    if (text.charAt(body) === '{') {
      const length = objectLength(text.slice(body));
      if (length === undefined) return 'more';
      const rest = text.slice(body + length).trimStart();
      if (rest.startsWith(closing)) {
        const end = text.indexOf(closing, body + length) + closing.length;
        return toReading(tool.function.name, parseModelJson(text.slice(body, body + length)), end, tools);
      }
      return closing.startsWith(rest) ? 'more' : 'no';
    }
    return readParameters(text, body, tool, parameter, closing, tools);
  }
  return 'no';
}

function readParameters(
  text: string,
  begin: number,
  tool: ChatTool,
  parameter: RegExp,
  closing: string,
  tools: readonly ChatTool[],
): Reading {
  const input: Record<string, unknown> = {};
  let at = begin;
  for (;;) {
    const rest = text.slice(at);
    if (rest.startsWith(closing)) return toReading(tool.function.name, input, at + closing.length, tools);
    const head = parameter.exec(rest);
    if (!head) return closing.startsWith(rest) || /^<(?:$|p[^>]*$)/.test(rest) ? 'more' : 'no';
    // A value may hold the tag too: it ends where the next tag makes sense.
    const value = /^(.*?)<\/parameter>\s*(?=<parameter|<\/(?:function|invoke)>)/s.exec(
      rest.slice(head[0].length),
    );
    if (!value) return 'more';
    const name = head[1] ?? '';
    if (Object.hasOwn(input, name)) return 'no';
    input[name] = toValue(value[1] ?? '', name, tool.function.parameters);
    at += head[0].length + value[0].length;
  }
}

/** Text of a declared string is taken as it is, but for the line breaks around it; other values are JSON. */
function toValue(text: string, name: string, schema: Schema): unknown {
  const value = text.replace(/^\r?\n/, '').replace(/\r?\n$/, '');
  const root = followReferences(schema, schema) ?? {};
  const declared = followReferences(propertySchema(name, root), schema);
  if (declared && declaredTypes(declared).includes('string')) return value;
  const parsed = parseModelJson(value);
  return parsed === undefined ? value : parsed;
}

/** Only a declared tool with arguments that its schema takes is a call; everything else stays the text that it is. */
function toReading(name: unknown, input: unknown, length: number, tools: readonly ChatTool[]): Reading {
  const tool = tools.find((one) => one.function.name === name);
  if (!tool || !isObject(input)) return 'no';
  const schema = tool.function.parameters;
  // The repair belongs to the spelling: a tagged parameter is text whatever its type.
  const { json } = repairArguments(JSON.stringify(input), schema);
  if (!fits(JSON.parse(json), schema, schema)) return 'no';
  const isClosed = schema['additionalProperties'] === false;
  if (isClosed && Object.keys(input).some((key) => propertySchema(key, schema) === undefined)) return 'no';
  return { calls: [{ name: tool.function.name, arguments: json }], length };
}

/** Returns the length of the JSON object that a text begins with, or undefined if it is not complete. */
function objectLength(text: string): number | undefined {
  let depth = 0;
  for (const match of text.matchAll(/"(?:\\.|[^"\\])*(?:"|\\?$)|[{}]/gs)) {
    if (match[0] === '{') depth += 1;
    else if (match[0] === '}') depth -= 1;
    if (depth === 0) return match.index + 1;
  }
  return undefined;
}
