import { makeLasting } from './lasting.ts';
import { findItemEnds, findListItems, type ListItems } from './list-items.ts';

export interface BodyMemoryOptions {
  /**
   * Bytes of bodies that are kept; the least recently used ones are forgotten. What they were parsed to takes one to three times
   * as much.
   * @defaultValue 16 Mi, about 120 conversations of a coding agent
   */
  readonly maxBytes?: number;
}

/** The body that each conversation sent last. */
export interface BodyMemory {
  /**
   * Returns what `JSON.parse` does of a body's text. Of a body with `messages` that begins and ends as an earlier one did, only
   * the messages in between are read; the others, and all other fields, are the earlier one's, and last (see
   * {@link makeLasting}). The object itself and its list of messages are always new ones.
   *
   * @param line - what bodies are expected to continue each other in, such as an owner's session
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
  readonly items: Pick<ListItems, 'start' | 'ends'>;
}

/** A request is asked and answered; what comes with fewer messages may be all that ever comes. */
const leastMessages = 3;

/** Conversations of one line, such as those of a chat server that all its users' requests come from. */
const conversationsOfLine = 128;

/** Of the end of a body, so many bytes are compared first. */
const endBytes = 1024;

const comma = 0x2c;

/**
 * Returns a memory of bodies. A conversation sends all of itself with each turn, and nearly all of it has been read with the last
 * one: to compare bytes costs a twentieth of making strings and objects of them.
 *
 * That the result is the same as that of reading everything needs no trust in where we believe the messages to be in the new body:
 * it begins as the old one does up to the end of a message, so a parser is in the same state there; what follows is
 * a list of more messages, as `JSON.parse` says; and the rest, which closes the list, is the old one's again.
 */
export function createBodyMemory(options: BodyMemoryOptions = {}): BodyMemory {
  const { maxBytes = 16 * 1024 * 1024 } = options;
  /** Least recently used first, and so are the entries of each. */
  const lines = new Map<string, Entry[]>();
  let bytes = 0;

  function keep(line: string, before: Entry | undefined, entry: Entry): void {
    const entries = lines.get(line) ?? [];
    if (before) forget(entries, entries.indexOf(before));
    else if (entries.length === conversationsOfLine) forget(entries, 0);
    entries.push(entry);
    bytes += entry.json.length;
    lines.delete(line);
    lines.set(line, entries);
    for (const [oldest, others] of lines) {
      while (bytes > maxBytes && others.length > 0) forget(others, 0);
      if (others.length > 0) break;
      lines.delete(oldest);
    }
  }

  function forget(entries: Entry[], at: number): void {
    for (const { json } of entries.splice(at, 1)) bytes -= json.length;
  }

  return {
    parse(line, json) {
      for (const before of lines.get(line)?.toReversed() ?? []) {
        const entry = readOn(before, json);
        if (!entry) continue;
        keep(line, before, entry);
        return { ...entry.fields, messages: entry.messages.slice() };
      }
      const value: unknown = JSON.parse(decode(json));
      const entry = toEntry(json, value);
      if (entry) keep(line, undefined, entry);
      return value;
    },
  };
}

/** Not without the mark of byte order, which is no JSON. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function decode(json: Uint8Array): string {
  return decoder.decode(json);
}

/** Returns a body to read the next one by, or undefined if it is no conversation's. */
function toEntry(json: Uint8Array, value: unknown): Entry | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Fields;
  const { messages } = fields;
  if (!Array.isArray(messages) || messages.length < leastMessages) return undefined;
  const items = findListItems(json, 'messages');
  // Or a field is there twice.
  if (items?.fields !== Object.keys(fields).length || items.ends.length !== messages.length) return undefined;
  for (const field of Object.values(fields)) if (field !== messages) makeLasting(field);
  for (const message of messages) makeLasting(message);
  return { json, fields: { ...fields }, messages: messages.slice(), items };
}

/** Returns a body as the next one of a conversation, or undefined if it is none. */
function readOn({ json: before, fields, messages, items }: Entry, json: Uint8Array): Entry | undefined {
  const { start } = items;
  const firstEnd = items.ends[0] ?? 0;
  const close = items.ends.at(-1) ?? 0;
  const newClose = close + json.length - before.length;
  if (newClose < firstEnd) return undefined;
  // Other conversations differ where they begin, or where their session is named, which is behind the tools.
  if (!isSame(before, start, json, start, firstEnd - start)) return undefined;
  if (!isSameTail(before, json, Math.max(close, before.length - endBytes))) return undefined;
  if (!isSameTail(before, json, close)) return undefined;
  const common = commonLength(before, 0, json, 0, Math.min(close, newClose));
  const ends = items.ends.filter((end) => end <= common);
  const from = ends.at(-1);
  if (from === undefined) return undefined;
  const known = messages.slice(0, ends.length);
  if (from === newClose) return { json, fields, messages: known, items: { start, ends } };
  if (json[from] !== comma) return undefined;
  let added: unknown[];
  try {
    added = JSON.parse(`[0${decode(json.subarray(from, newClose))}]`) as unknown[];
  } catch {
    return undefined;
  }
  for (const message of added.slice(1)) known.push(makeLasting(message));
  return {
    json,
    fields,
    messages: known,
    items: { start, ends: ends.concat(findItemEnds(json, from + 1)) },
  };
}

/** Returns whether `json` ends with what `before` has from `at` on. */
function isSameTail(before: Uint8Array, json: Uint8Array, at: number): boolean {
  return isSame(before, at, json, at + json.length - before.length, before.length - at);
}

function isSame(one: Uint8Array, at: number, other: Uint8Array, otherAt: number, length: number): boolean {
  return commonLength(one, at, other, otherAt, length) === length;
}

/** Eight bytes: one at a time takes six times as long. */
function isSameAt(left: DataView, right: DataView, at: number): boolean {
  return (
    ((left.getInt32(at, true) ^ right.getInt32(at, true)) |
      (left.getInt32(at + 4, true) ^ right.getInt32(at + 4, true))) ===
    0
  );
}

/** Returns how many bytes are the same in both from the given places on, up to `length`, which neither must end before. */
function commonLength(
  one: Uint8Array,
  at: number,
  other: Uint8Array,
  otherAt: number,
  length: number,
): number {
  const left = new DataView(one.buffer, one.byteOffset + at, length);
  const right = new DataView(other.buffer, other.byteOffset + otherAt, length);
  let same = 0;
  while (same + 8 <= length && isSameAt(left, right, same)) same += 8;
  while (same < length && left.getUint8(same) === right.getUint8(same)) same += 1;
  return same;
}
