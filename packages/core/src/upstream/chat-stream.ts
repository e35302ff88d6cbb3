import type { ChatChunk, ChatTextDelta } from '../chat/types.ts';
import type { PushIterable, Sink, Source } from '../sink.ts';
import { createDeltaTemplate } from '../stream/delta-template.ts';
import { createSseDecoder, type SseEvent } from '../stream/sse-decoder.ts';
import { toCutError, toUpstreamError } from './errors.ts';
import type { HttpAnswer } from './http-client.ts';

/** One chunk of an answer; see {@link ChatTextDelta} for the short form of most. */
export type ChatItem = ChatChunk | ChatTextDelta;

/**
 * Returns the chunks of a chat completion stream, those of one network read together.
 *
 * Their consumption rejects with a MessagesError if the upstream reports an error inside of the stream, sends something
 * that is no JSON, or ends without having said how the answer ended: a cut answer must never look like a whole one.
 */
export function readChatStream(
  { body, pipeText }: Pick<HttpAnswer, 'body' | 'pipeText'>,
  signal: AbortSignal,
): PushIterable<readonly ChatItem[]> {
  const decoder = createChatDecoder();
  return {
    pipe: pipeText && ((sink) => push(pipeText, decoder, signal, sink)),
    [Symbol.asyncIterator]: () => iterate(body, decoder, signal),
  };
}

async function push(
  pipeText: Source<string>,
  decoder: ChatDecoder,
  signal: AbortSignal,
  sink: Sink<readonly ChatItem[]>,
): Promise<void> {
  let thrown: { readonly error: unknown } | undefined;
  try {
    await pipeText({
      write(text) {
        const items = decoder.decode(text);
        const isFree = items.length === 0 || sink.write(items);
        return isFree && !decoder.isDone();
      },
      ready: () => sink.ready(),
      isDone: () => decoder.isDone() || sink.isDone?.() === true,
    });
    if (sink.isDone?.()) return;
    const items = decoder.end();
    if (items.length > 0) sink.write(items);
  } catch (error) {
    thrown = { error };
  }
  checkEnd(decoder, signal, thrown);
}

async function* iterate(
  body: AsyncIterable<Uint8Array>,
  decoder: ChatDecoder,
  signal: AbortSignal,
): AsyncGenerator<readonly ChatItem[], void, undefined> {
  let thrown: { readonly error: unknown } | undefined;
  try {
    for await (const bytes of body) {
      const items = decoder.decode(bytes);
      if (items.length > 0) yield items;
      if (decoder.isDone()) break;
    }
    const items = decoder.end();
    if (items.length > 0) yield items;
  } catch (error) {
    thrown = { error };
  }
  checkEnd(decoder, signal, thrown);
}

/** Throws unless the stream said that it was over, or had told how the answer ended: nothing of it comes behind that. */
function checkEnd(
  decoder: ChatDecoder,
  signal: AbortSignal,
  thrown: { readonly error: unknown } | undefined,
): void {
  if (thrown) signal.throwIfAborted();
  const failure = decoder.failure();
  if (failure) throw toCutError(failure.error);
  if (decoder.isFinished() || (decoder.isDone() && !thrown)) return;
  throw toCutError(thrown?.error);
}

interface ChatDecoder {
  /** What came before a failure in the same read is handed out before it. */
  decode(read: Uint8Array | string): ChatItem[];
  end(): ChatItem[];
  /** Nothing more is wanted: the stream has said that it is over, or has failed. */
  isDone(): boolean;
  /** The answer has its finish reason. */
  isFinished(): boolean;
  failure(): { readonly error: unknown } | undefined;
}

function createChatDecoder(): ChatDecoder {
  const sse = createSseDecoder();
  const template = createDeltaTemplate();
  let isDone = false;
  let isFinished = false;
  let failure: { readonly error: unknown } | undefined;

  function take(events: () => readonly SseEvent[], items: ChatItem[]): void {
    try {
      for (const { data } of events()) {
        if (isDone || data === '') continue;
        if (data === '[DONE]') {
          isDone = true;
          continue;
        }
        const chunk = parseChunk(data);
        if (chunk.error !== undefined && chunk.error !== null) throw toUpstreamError(200, data);
        if (chunk.choices?.some((choice) => choice.finish_reason)) isFinished = true;
        items.push(chunk);
        template.learn(data, chunk);
      }
    } catch (error) {
      failure = { error };
      isDone = true;
    }
  }

  return {
    decode(read) {
      const items: ChatItem[] = [];
      if (typeof read !== 'string') {
        take(() => sse.decode(read), items);
        return items;
      }
      let at = 0;
      while (!isDone) {
        if (sse.isBetweenEvents()) at = template.match(read, at, items);
        if (at === read.length) break;
        // What is no text is parsed, event by event, and text again after it.
        const blank = read.indexOf('\n\n', at);
        const end = blank === -1 ? read.length : blank + 2;
        const events = read.slice(at, end);
        take(() => sse.decode(events), items);
        at = end;
      }
      return items;
    },
    end() {
      const items: ChatItem[] = [];
      if (!isDone) take(() => sse.end(), items);
      return items;
    },
    isDone: () => isDone,
    isFinished: () => isFinished,
    failure: () => failure,
  };
}

function parseChunk(data: string): ChatChunk {
  const value: unknown = JSON.parse(data);
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`A chunk is not an object: ${data.slice(0, 200)}`);
  return value;
}

/** Returns the text of a whole answer; at most `limit` bytes of it, for answers that are errors or small. */
export async function readText(reads: AsyncIterable<Uint8Array>, limit = 16 * 1024 * 1024): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for await (const bytes of reads) {
    text += decoder.decode(bytes, { stream: true });
    length += bytes.byteLength;
    if (length > limit) break;
  }
  return text + decoder.decode();
}
