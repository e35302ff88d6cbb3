import { makeLasting } from './lasting.ts';
import { findItemEnds, findListItems } from './list-items.ts';

export interface BodyMemoryOptions {
  /**
   * Bytes of bodies that are kept; the least recently used ones are forgotten. What they were parsed to takes one to two times
   * as much.
   * @defaultValue 32 Mi, about 250 conversations of a coding agent
   */
  readonly maxBytes?: number;
}

/** The bodies that each conversation sent last. */
export interface BodyMemory {
  /**
   * Returns what `JSON.parse` does of a body's text. Of a body with `messages` that begins and ends as the last one of its `line`
   * did, only the messages in between are read; the others, and all other fields, are the last one's, and last (see
   * {@link makeLasting}). The object itself and its list of messages are always new ones.
   *
   * @param line - what bodies are expected to continue each other in: an owner, a conversation, an endpoint
   * @throws SyntaxError if it is no JSON
   */
  parse(line: string, json: Uint8Array): unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** A body, and where its messages stand in it. */
interface Entry {
  readonly json: Uint8Array;
  readonly fields: Fields;
  readonly messages: readonly unknown[];
  /** See {@link ListItems.ends}; at least one. */
  readonly ends: readonly number[];
}

const comma = 0x2c;

/** Of a body, so many bytes at its beginning are part of what it is looked up by. */
const sampledBytes = 512;

/**
 * Returns a memory of bodies. A conversation sends all of itself with each turn, and nearly all of it has been read with the last
 * one: to compare bytes costs a twentieth of making strings and objects of them.
 *
 * That the result is the same as that of reading everything needs no trust in where we believe the messages to be in the new body:
 * it begins as the old one does up to the end of a message, so a parser is in the same state there; what follows is
 * a list of more messages, as `JSON.parse` says; and the rest, which closes the list, is the old one's again.
 */
export function createBodyMemory(options: BodyMemoryOptions = {}): BodyMemory {
  const { maxBytes = 32 * 1024 * 1024 } = options;
  /** Least recently used first; undefined for a line with one body yet, which may stay the only one. */
  const entries = new Map<string, Entry | undefined>();
  let bytes = 0;

  function keep(key: string, entry: Entry | undefined): void {
    forget(key);
    entries.set(key, entry);
    bytes += sizeOf(key, entry);
    for (const oldest of entries.keys()) {
      if (bytes <= maxBytes) break;
      forget(oldest);
    }
  }

  function forget(key: string): void {
    if (entries.has(key)) bytes -= sizeOf(key, entries.get(key));
    entries.delete(key);
  }

  return {
    parse(line, json) {
      const key = `${line}\0${decode(json.subarray(0, sampledBytes))}`;
      const before = entries.get(key);
      const known = before && readOn(before, json);
      const value = known ? { ...known.fields, messages: known.messages.slice() } : JSON.parse(decode(json));
      keep(key, known ?? (entries.has(key) ? toEntry(json, value) : undefined));
      return value;
    },
  };
}

function sizeOf(key: string, entry: Entry | undefined): number {
  return key.length + (entry?.json.length ?? 0);
}

/** Not without the mark of byte order, which is no JSON. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function decode(json: Uint8Array): string {
  return decoder.decode(json);
}

/** Returns a body to read the next one by, or undefined if its messages are not found. */
function toEntry(json: Uint8Array, value: unknown): Entry | undefined {
  const items = findListItems(json, 'messages');
  if (!items) return undefined;
  const fields = value as Fields;
  const messages = fields['messages'] as readonly unknown[];
  // Or a field is there twice.
  if (items.fields !== Object.keys(fields).length || items.ends.length !== messages.length) return undefined;
  for (const field of Object.values(fields)) if (field !== messages) makeLasting(field);
  messages.forEach(makeLasting);
  return { json, fields: { ...fields }, messages: messages.slice(), ends: items.ends };
}

/** Returns a body as the next one of its conversation, or undefined if it is to be read as a whole. */
function readOn(before: Entry, json: Uint8Array): Entry | undefined {
  const close = before.ends.at(-1) ?? 0;
  const tail = before.json.length - close;
  const newClose = json.length - tail;
  const common = commonLength(before.json, 0, json, 0, Math.min(close, newClose));
  const ends = before.ends.filter((end) => end <= common);
  const from = ends.at(-1);
  if (from === undefined || commonLength(before.json, close, json, newClose, tail) < tail) return undefined;
  const { fields } = before;
  const messages = before.messages.slice(0, ends.length);
  if (from === newClose) return { json, fields, messages, ends };
  if (json[from] !== comma) return undefined;
  let added: unknown[];
  try {
    added = JSON.parse(`[0${decode(json.subarray(from, newClose))}]`) as unknown[];
  } catch {
    return undefined;
  }
  for (const message of added.slice(1)) messages.push(makeLasting(message));
  return { json, fields, messages, ends: ends.concat(findItemEnds(json, from + 1)) };
}

/** Returns how many bytes are the same in both from the given places on, up to `length`. */
function commonLength(
  one: Uint8Array,
  at: number,
  other: Uint8Array,
  otherAt: number,
  length: number,
): number {
  let same = 0;
  if (length >= 4) {
    const left = new DataView(one.buffer, one.byteOffset + at, length);
    const right = new DataView(other.buffer, other.byteOffset + otherAt, length);
    while (same + 4 <= length && left.getInt32(same) === right.getInt32(same)) same += 4;
  }
  while (same < length && one[at + same] === other[otherAt + same]) same += 1;
  return same;
}
