import { isSameBytes } from '#bytes';
import { makeLasting } from './lasting.ts';
import { findItemEnds, findListItems, type ListItems } from './list-items.ts';

export interface BodyMemoryOptions {
  /**
   * Bytes of bodies that are kept; the least recently used ones are forgotten. What they were parsed to takes one to three times
   * as much.
   * @defaultValue 16 Mi, about 250 conversations of a coding agent
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

/** What a body was parsed to, and where its messages stand in it. */
interface Read {
  readonly fields: Fields;
  readonly messages: readonly unknown[];
  readonly items: Pick<ListItems, 'start' | 'ends'>;
}

interface Entry extends Read {
  /** A copy. */
  readonly json: Uint8Array;
  readonly size: number;
}

/** What an entry costs beside its bytes. */
const entryBytes = 500;

/** Of the next turns, so many bytes have room in a conversation's copy. */
const roomBytes = 16 * 1024;

/** A request is asked and answered; what comes with fewer messages may be all that ever comes. */
const leastMessages = 3;

/** Conversations of one line, such as those of a chat server that all its users' requests come from. */
const conversationsOfLine = 128;

/** Of the end of a body, so many bytes are compared first. */
const endBytes = 1024;

/** So many bytes are compared at a time, to find the first that differs. */
const blockBytes = 1024;

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
    bytes += entry.size;
    lines.delete(line);
    lines.set(line, entries);
    for (const [oldest, others] of lines) {
      while (bytes > maxBytes && others.length > 0) forget(others, 0);
      if (others.length > 0) break;
      lines.delete(oldest);
    }
  }

  function forget(entries: Entry[], at: number): void {
    for (const { size } of entries.splice(at, 1)) bytes -= size;
  }

  return {
    parse(line, json) {
      const before = lines.get(line)?.findLast((entry) => isContinued(entry, json));
      const known = before && readOn(before, json);
      const value: unknown = known
        ? { ...known.fields, messages: known.messages.slice() }
        : JSON.parse(decode(json));
      const read = known ?? readWhole(json, value);
      if (read) {
        const copy = copyOver(before?.json, json);
        const size = copy.buffer.byteLength + line.length + entryBytes;
        keep(line, before, { json: copy, size, ...read });
      }
      return value;
    },
  };
}

/**
 * Returns a copy of `json`, in the place of an earlier one if it has room: a new place for each turn would be left to the next full
 * garbage collection, and bring it about.
 */
function copyOver(before: Uint8Array | undefined, json: Uint8Array): Uint8Array {
  const place =
    before && before.buffer.byteLength >= json.length
      ? before.buffer
      : new ArrayBuffer(json.length + roomBytes);
  const copy = new Uint8Array(place, 0, json.length);
  copy.set(json);
  return copy;
}

/** Not without the mark of byte order, which is no JSON. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function decode(json: Uint8Array): string {
  return decoder.decode(json);
}

/** Returns what the next body can be read by, or undefined if there is nothing to keep. */
function readWhole(json: Uint8Array, value: unknown): Read | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Fields;
  const { messages } = fields;
  if (!Array.isArray(messages) || messages.length < leastMessages) return undefined;
  const items = findListItems(json, 'messages');
  // Or a field is there twice.
  if (items?.fields !== Object.keys(fields).length || items.ends.length !== messages.length) return undefined;
  try {
    for (const field of Object.values(fields)) if (field !== messages) makeLasting(field);
    for (const message of messages) makeLasting(message);
  } catch {
    // Nested more deeply than the stack is high.
    return undefined;
  }
  return { fields: { ...fields }, messages: messages.slice(), items };
}

/** Returns whether a body begins and ends as an earlier one did. */
function isContinued({ json: before, items }: Entry, json: Uint8Array): boolean {
  const { start } = items;
  const firstEnd = items.ends[0] ?? 0;
  const close = items.ends.at(-1) ?? 0;
  // Other conversations differ where they begin, or where their session is named, which is behind the tools.
  return (
    toClose(close, before, json) >= firstEnd &&
    isSameBytes(before, start, json, start, firstEnd - start) &&
    isSameTail(before, json, Math.max(close, before.length - endBytes)) &&
    isSameTail(before, json, close) &&
    isSameBytes(before, 0, json, 0, start)
  );
}

/** Returns what a body is that {@link isContinued}, or undefined if it is to be read as a whole. */
function readOn({ json: before, fields, messages, items }: Entry, json: Uint8Array): Read | undefined {
  const { start } = items;
  const close = items.ends.at(-1) ?? 0;
  const newClose = toClose(close, before, json);
  const common = commonLength(before, json, Math.min(close, newClose));
  const ends = items.ends.filter((end) => end <= common);
  const from = ends.at(-1) ?? start;
  const known = messages.slice(0, ends.length);
  if (from === newClose) return { fields, messages: known, items: { start, ends } };
  if (json[from] !== comma) return undefined;
  try {
    const added = JSON.parse(`[0${decode(json.subarray(from, newClose))}]`) as unknown[];
    for (const message of added.slice(1)) known.push(makeLasting(message));
  } catch {
    return undefined;
  }
  return { fields, messages: known, items: { start, ends: ends.concat(findItemEnds(json, from + 1)) } };
}

/** Returns where the list of messages is closed in a body that ends as an earlier one did. */
function toClose(close: number, before: Uint8Array, json: Uint8Array): number {
  return close + json.length - before.length;
}

/** Returns whether `json` ends with what `before` has from `at` on. */
function isSameTail(before: Uint8Array, json: Uint8Array, at: number): boolean {
  return isSameBytes(before, at, json, toClose(at, before, json), before.length - at);
}

/** Returns how many bytes are the same at the beginning of both, up to `length`, which neither must end before. */
function commonLength(one: Uint8Array, other: Uint8Array, length: number): number {
  let same = 0;
  while (same + blockBytes <= length && isSameBytes(one, same, other, same, blockBytes)) same += blockBytes;
  while (same < length && one[same] === other[same]) same += 1;
  return same;
}
