import type { ChatMessage, ChatToolCall } from '../chat/types.ts';
import { isJsonEquivalent } from './json-equal.ts';
import { hashRange, hashUnit } from './hash-range.ts';
import { isReplayedText } from './text-replay.ts';

export type ChatAssistantMessage = Extract<ChatMessage, { role: 'assistant' }>;

export interface GenerationMemoryOptions {
  /** @defaultValue 16 MiB, about 2000 turns of a coding agent */
  readonly maxBytes?: number;
  /** @defaultValue 20 000 messages */
  readonly maxEntries?: number;
}

/** What was generated lately, to be put back where a client replays it in its own words. */
export interface GenerationMemory {
  /**
   * Keeps a message as it was generated. The least recently used ones make room for it.
   *
   * @param owner - who may get it back: a hash of the API key
   * @param prompt - the messages it answers, as they were sent upstream
   * @param generated - all of its text, thinking and calls, with the ids that the client was sent
   * @param sent - the arguments of calls that the client was sent in another form, by the calls' ids
   */
  record(
    owner: string,
    prompt: readonly ChatMessage[],
    generated: ChatAssistantMessage,
    sent?: ReadonlyMap<string, string>,
  ): void;
  /**
   * Returns the messages with everything as it was generated that says the same in the client's version: tool arguments byte for byte,
   * white space around texts, thinking that the client dropped; and arguments that were repaired, where the client says what it
   * was sent. What the client has changed stays the client's.
   * A last message of the assistant is left alone: it is the beginning of an answer. Never throws; changes nothing it is given.
   */
  restore(owner: string, messages: readonly ChatMessage[]): ChatMessage[];
}

interface Entry {
  readonly keys: readonly string[];
  readonly message: ChatAssistantMessage;
  /** Of a message without calls: what it answers. */
  readonly answered: string | undefined;
  /** Arguments as the client was sent them, where they differ. */
  readonly sent: ReadonlyMap<string, string>;
  readonly bytes: number;
}

/** What an entry costs beside its texts: the objects, and its places in the index. */
const entryBytes = 300;
const keyBytes = 150;

/** Claude Code's `Edit` gets its field for many replacements filled in. */
const filledIn = { replace_all: false };

/**
 * Returns a memory of generated messages. The upstream's prompt cache lives on equal beginnings, and clients rewrite
 * what they replay (argument order and spelling, blank text, text after a call moved in front of it): without the
 * original, everything behind the first such message is read again. Nothing is ever shared between owners.
 */
export function createGenerationMemory(options: GenerationMemoryOptions = {}): GenerationMemory {
  const { maxBytes = 16 * 1024 * 1024, maxEntries = 20_000 } = options;
  /** Least recently used first. */
  const entries = new Set<Entry>();
  const index = new Map<string, Entry>();
  let bytes = 0;

  function find(key: string): Entry | undefined {
    const entry = index.get(key);
    if (entry && entries.delete(entry)) entries.add(entry);
    return entry;
  }

  function forget(entry: Entry): void {
    entries.delete(entry);
    bytes -= entry.bytes;
    for (const key of entry.keys) if (index.get(key) === entry) index.delete(key);
  }

  function restoreMessage(
    owner: string,
    replayed: ChatAssistantMessage,
    before: ChatMessage | undefined,
  ): ChatAssistantMessage {
    const calls = replayed.tool_calls ?? [];
    const [first] = calls;
    const answered = first ? undefined : toAnswered(before);
    const entry = find(first ? callKey(owner, first.id) : textKey(owner, replayed, answered));
    if (entry && entry.answered === answered && isReplayOf(entry, replayed)) {
      // `''` and not null, as the conversion writes it: some templates cannot render null.
      return { ...copyOf(entry.message), content: entry.message.content ?? '' };
    }
    if (first === undefined) return replayed;
    return { ...replayed, tool_calls: calls.map((call) => restoreCall(owner, call)) };
  }

  function restoreCall(owner: string, replayed: ChatToolCall): ChatToolCall {
    const entry = find(callKey(owner, replayed.id));
    const generated = entry?.message.tool_calls?.find(({ id }) => id === replayed.id);
    return entry && generated && isSameCall(generated, replayed, entry.sent)
      ? copyOfCall(generated)
      : replayed;
  }

  return {
    record(owner, prompt, generated, sent = new Map()) {
      const message = copyOf(generated);
      const calls = message.tool_calls ?? [];
      const answered = calls.length > 0 ? undefined : toAnswered(prompt.at(-1));
      const keys =
        calls.length > 0 ? calls.map(({ id }) => callKey(owner, id)) : [textKey(owner, message, answered)];
      const entry: Entry = {
        keys,
        message,
        answered,
        sent: new Map(sent),
        bytes: bytesOf(message, sent, keys.length) + (answered?.length ?? 0) * 2,
      };
      if (entry.bytes > maxBytes) return;
      for (const key of keys) {
        const older = index.get(key);
        if (older) forget(older);
      }
      for (const key of keys) index.set(key, entry);
      entries.add(entry);
      bytes += entry.bytes;
      for (const oldest of entries) {
        if (bytes <= maxBytes && entries.size <= maxEntries) break;
        forget(oldest);
      }
    },
    restore(owner, messages) {
      return messages.map((message, position) =>
        message.role === 'assistant' && position < messages.length - 1
          ? restoreMessage(owner, message, messages[position - 1])
          : message,
      );
    },
  };
}

function callKey(owner: string, id: string): string {
  return `${owner}\0call\0${id}`;
}

/** Of a text, so many characters at its beginning and at its end are part of a key; what is found is compared in full. */
const sampledCharacters = 128;

/**
 * A message without calls has no id, so it is known by its text and by what it answers: `Done.` is said in many
 * conversations, each time after another thought.
 */
function textKey(owner: string, { content }: ChatAssistantMessage, answered: string | undefined): string {
  const text = answered ?? '';
  const [begin, end] = [
    Math.min(sampledCharacters, text.length),
    Math.max(0, text.length - sampledCharacters),
  ];
  const answers = `${text.length}.${hashRange(text, 0, begin)}.${hashRange(text, end)}`;
  return `${owner}\0text\0${hashOfWords(content ?? '')}.${answers}`;
}

/**
 * Returns a hash of the first characters of a text that are no white space: equal for whatever {@link isReplayedText} may find
 * equal.
 */
function hashOfWords(text: string): number {
  let hash = 0;
  let hashed = 0;
  for (let at = 0; at < text.length && hashed < sampledCharacters; at += 1) {
    const unit = text.charCodeAt(at);
    // ASCII beyond the space is none, and nearly all there is.
    if (unit <= 0x20 || (unit >= 0x80 && /\s/.test(text.charAt(at)))) continue;
    hash = hashUnit(hash, unit);
    hashed += 1;
  }
  return hash;
}

/** Returns what tells a message apart that is answered; an image by its length and its end. */
function toAnswered(message: ChatMessage | undefined): string | undefined {
  const content = message?.content;
  if (typeof content === 'string' || !content) return content ?? undefined;
  return content
    .map((part) =>
      part.type === 'text'
        ? part.text
        : `${part.image_url.url.length}${part.image_url.url.slice(-sampledCharacters)}`,
    )
    .join('\0');
}

function isReplayOf({ message: generated, sent }: Entry, replayed: ChatAssistantMessage): boolean {
  const calls = generated.tool_calls ?? [];
  const replayedCalls = replayed.tool_calls ?? [];
  if (calls.length !== replayedCalls.length) return false;
  const isSameThinking =
    !replayed.reasoning_content?.trim() ||
    // Thinking between calls is several blocks, and so is text between thoughts.
    isReplayedText(generated.reasoning_content ?? '', replayed.reasoning_content, calls.length + 1);
  const joints = calls.length + (generated.reasoning_content ? 1 : 0);
  return (
    isSameThinking &&
    isReplayedText(generated.content ?? '', replayed.content ?? '', joints) &&
    calls.every((call) =>
      replayedCalls.some((other) => call.id === other.id && isSameCall(call, other, sent)),
    )
  );
}

function isSameCall(
  generated: ChatToolCall,
  replayed: ChatToolCall,
  sent: ReadonlyMap<string, string>,
): boolean {
  if (generated.function.name !== replayed.function.name) return false;
  if (generated.function.arguments === replayed.function.arguments) return true;
  let value: unknown;
  try {
    value = JSON.parse(replayed.function.arguments);
  } catch {
    return false;
  }
  return [generated.function.arguments, sent.get(generated.id)].some(
    (original) =>
      original !== undefined && isJsonEquivalent(original, value, { allowTrimmed: true, defaults: filledIn }),
  );
}

function copyOf(message: ChatAssistantMessage): ChatAssistantMessage {
  return {
    role: 'assistant',
    content: message.content,
    ...(message.reasoning_content && { reasoning_content: message.reasoning_content }),
    ...(message.tool_calls?.length && { tool_calls: message.tool_calls.map(copyOfCall) }),
  };
}

function copyOfCall(call: ChatToolCall): ChatToolCall {
  return { ...call, function: { ...call.function } };
}

/** Two bytes a character, which is the most that an engine takes. */
function bytesOf(message: ChatAssistantMessage, sent: ReadonlyMap<string, string>, keys: number): number {
  let characters = (message.content?.length ?? 0) + (message.reasoning_content?.length ?? 0);
  for (const { id, function: called } of message.tool_calls ?? []) {
    characters += id.length + called.name.length + called.arguments.length;
  }
  for (const json of sent.values()) characters += json.length;
  return characters * 2 + entryBytes + keys * keyBytes;
}
