import type { ChatChunk, ChatTextDelta } from '../chat/types.ts';

/** Learning costs more than parsing, so a server that writes something new into every event is soon left alone. */
const freeLessons = 4;
const matchesPerLesson = 8;

/**
 * Finds the deltas of a stream that are like an earlier one but for their text, without parsing them. Nearly all of an
 * answer is such: the same bytes, with another word in the middle.
 *
 * Why a match is what a parse would have found: the bytes around the text are those of an event in which, parsed with
 * another text at that place, the text is the delta's and nothing else means anything; and what stands between them is the
 * content of a JSON string.
 */
export class DeltaTemplate {
  private before: string | undefined;
  private after = '';
  private isThinking = false;
  private lessons = 0;
  private matches = 0;
  private noticed: { readonly data: string; readonly isThinking: boolean } | undefined;

  /** Keeps an event that has been parsed, if text is all that it brings, for {@link learn}. */
  notice(data: string, chunk: ChatChunk): void {
    if (this.lessons - freeLessons > this.matches / matchesPerLesson) return;
    const delta = toTextDelta(chunk);
    if (delta) this.noticed = { data, isThinking: delta.isThinking };
  }

  /** Takes the last event that was noticed as the form of those to come. */
  learn(): void {
    const { noticed } = this;
    if (!noticed) return;
    this.noticed = undefined;
    this.lessons += 1;
    const found = findText(noticed.data, noticed.isThinking);
    if (found === undefined) return;
    this.before = toFlat(`data: ${found.before}`);
    this.after = toFlat(`${found.after}\n\n`);
    this.isThinking = noticed.isThinking;
  }

  /**
   * Adds the deltas that stand in `text` from `from` on to `items`, as one, and returns where the first other thing stands;
   * `from` must be where an event of the stream begins.
   */
  match(text: string, from: number, items: (ChatChunk | ChatTextDelta)[]): number {
    const { before, after } = this;
    if (before === undefined) return from;
    let at = from;
    let textJson = '';
    let chunks = 0;
    // A slice that is compared takes half the time of `startsWith`, which V8 does character by character.
    while (text.slice(at, at + before.length) === before) {
      const start = at + before.length;
      const end = findStringEnd(text, start);
      if (end <= start || text.slice(end, end + after.length) !== after) break;
      textJson += text.slice(start, end);
      chunks += 1;
      at = end + after.length;
    }
    if (chunks === 0) return from;
    this.matches += chunks;
    items.push({ textJson, isThinking: this.isThinking, chunks });
    return at;
  }
}

/** Returns the same text in one piece: V8 keeps what was sliced and concatenated as a tree, and walks it to compare. */
function toFlat(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

/** Returns where the JSON string ends (its closing quote) whose content begins at `from`; -1 if it is none, or goes on. */
function findStringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code < 0x20) return -1;
    if (code !== 0x5c) continue;
    at += 1;
    const escape = text.charAt(at);
    if (escape === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) at += 4;
    else if (escape === '' || !'"\\/bfnrt'.includes(escape)) return -1;
  }
  return -1;
}

/** Returns a chunk with the text of those that a delta stands for. */
export function toChatChunk({ textJson, isThinking }: ChatTextDelta): ChatChunk {
  const text = JSON.parse(`"${textJson}"`) as string;
  return { choices: [{ index: 0, delta: isThinking ? { reasoning_content: text } : { content: text } }] };
}

/** Where the text of an event stands, found out by putting another one there. */
function findText(data: string, isThinking: boolean): { before: string; after: string } | undefined {
  if (/[\r\n]/.test(data)) return undefined;
  for (const { index, 0: opening } of data.matchAll(/"(?:content|reasoning_content|reasoning)": ?"/g)) {
    const start = index + opening.length;
    const length = /^(?:[^"\\]|\\.)*/.exec(data.slice(start))?.[0].length ?? 0;
    const [before, after] = [data.slice(0, start), data.slice(start + length)];
    const probe = toTextDelta(parse(`${before}?${after}`));
    if (probe?.text === '?' && probe.isThinking === isThinking) return { before, after };
  }
  return undefined;
}

function parse(data: string): ChatChunk {
  try {
    return JSON.parse(data) as ChatChunk;
  } catch {
    return {};
  }
}

/** Returns the text that is all that a chunk brings, or undefined if it brings anything else. */
function toTextDelta(chunk: ChatChunk): { text: string; isThinking: boolean } | undefined {
  const { choices, usage, prompt_progress, __verbose, error } = chunk;
  if (usage || prompt_progress || __verbose || (error !== undefined && error !== null)) return undefined;
  const choice = choices?.[0];
  if (choices?.length !== 1 || !choice || choice.index) return undefined;
  if (choice.finish_reason || choice.message || typeof choice.stop_reason === 'string') return undefined;
  const { content, reasoning_content, reasoning, refusal, tool_calls } = choice.delta ?? {};
  if (refusal || tool_calls?.length) return undefined;
  const thought = reasoning_content ?? reasoning;
  if (typeof thought === 'string' && thought !== '') {
    return content ? undefined : { text: thought, isThinking: true };
  }
  return typeof content === 'string' && content !== '' ? { text: content, isThinking: false } : undefined;
}
