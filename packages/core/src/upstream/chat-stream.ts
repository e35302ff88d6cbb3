import type { ChatChunk, ChatTextDelta } from '../chat/types.ts';
import type { PushIterable, Sink, Source } from '../sink.ts';
import { DeltaTemplate } from '../stream/delta-template.ts';
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
  answer: Pick<HttpAnswer, 'body' | 'pipeText'>,
  signal: AbortSignal,
): PushIterable<readonly ChatItem[]> {
  return new ChatStream(answer, signal);
}

class ChatStream implements PushIterable<readonly ChatItem[]> {
  readonly pipe: Source<readonly ChatItem[]> | undefined;
  private readonly body: HttpAnswer['body'];
  private readonly signal: AbortSignal;

  constructor({ body, pipeText }: Pick<HttpAnswer, 'body' | 'pipeText'>, signal: AbortSignal) {
    this.pipe = pipeText && ((sink) => push(pipeText, signal, sink));
    this.body = body;
    this.signal = signal;
  }

  [Symbol.asyncIterator](): AsyncGenerator<readonly ChatItem[], void, undefined> {
    return iterate(this.body, this.signal);
  }
}

function push(pipeText: Source<string>, signal: AbortSignal, sink: Sink<readonly ChatItem[]>): Promise<void> {
  const decoder = new ChatDecoder();
  return pipeText(new DecodingSink(decoder, sink)).then(
    () => {
      if (sink.isDone?.()) return;
      const items = decoder.end();
      if (items.length > 0) sink.write(items);
      checkEnd(decoder, signal, undefined);
    },
    (error: unknown) => checkEnd(decoder, signal, { error }),
  );
}

/** A class, as everything that is called for each token: docs/decisions/0017. */
class DecodingSink implements Sink<string> {
  private readonly decoder: ChatDecoder;
  private readonly sink: Sink<readonly ChatItem[]>;

  constructor(decoder: ChatDecoder, sink: Sink<readonly ChatItem[]>) {
    this.decoder = decoder;
    this.sink = sink;
  }

  write(text: string): boolean {
    const items = this.decoder.decode(text);
    const isFree = items.length === 0 || this.sink.write(items);
    return isFree && !this.decoder.isDone;
  }

  ready(): Promise<void> {
    return this.sink.ready();
  }

  isDone(): boolean {
    return this.decoder.isDone || this.sink.isDone?.() === true;
  }
}

async function* iterate(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<readonly ChatItem[], void, undefined> {
  const decoder = new ChatDecoder();
  let thrown: { readonly error: unknown } | undefined;
  try {
    for await (const bytes of body) {
      const items = decoder.decode(bytes);
      if (items.length > 0) yield items;
      if (decoder.isDone) break;
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
  if (decoder.failure) throw toCutError(decoder.failure.error);
  if (decoder.isFinished || (decoder.isDone && !thrown)) return;
  throw toCutError(thrown?.error);
}

class ChatDecoder {
  /** Nothing more is wanted: the stream has said that it is over, or has failed. */
  isDone = false;
  /** The answer has its finish reason. */
  isFinished = false;
  failure: { readonly error: unknown } | undefined;
  private readonly sse = createSseDecoder();
  private readonly template = new DeltaTemplate();
  /** The next read begins where an event does. */
  private isBetweenEvents = false;

  /** What came before a failure in the same read is handed out before it. */
  decode(read: Uint8Array | string): ChatItem[] {
    const items: ChatItem[] = [];
    if (typeof read === 'string') this.decodeText(read, items);
    else this.take(() => this.sse.decode(read), items);
    return items;
  }

  end(): ChatItem[] {
    const items: ChatItem[] = [];
    if (!this.isDone) this.take(() => this.sse.end(), items);
    return items;
  }

  private decodeText(text: string, items: ChatItem[]): void {
    let at = 0;
    while (!this.isDone) {
      if (this.isBetweenEvents) at = this.template.match(text, at, items);
      if (at === text.length) break;
      // What is no text is parsed, event by event, and text again after it.
      const blank = text.indexOf('\n\n', at);
      const end = blank === -1 ? text.length : blank + 2;
      const events = text.slice(at, end);
      this.take(() => this.sse.decode(events), items, this.template);
      this.isBetweenEvents = this.sse.isBetweenEvents();
      at = end;
    }
    // What an answer looked like that is over with this read is of no more use.
    if (!this.isFinished && !this.isDone) this.template.learn();
  }

  /** `template` is told what the events look like. */
  private take(events: () => readonly SseEvent[], items: ChatItem[], template?: DeltaTemplate): void {
    try {
      for (const { data } of events()) {
        if (this.isDone || data === '') continue;
        if (data === '[DONE]') {
          this.isDone = true;
          continue;
        }
        const chunk = parseChunk(data);
        if (chunk.error !== undefined && chunk.error !== null) throw toUpstreamError(200, data);
        if (chunk.choices?.some((choice) => choice.finish_reason)) this.isFinished = true;
        items.push(chunk);
        template?.notice(data, chunk);
      }
    } catch (error) {
      this.failure = { error };
      this.isDone = true;
    }
  }
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
