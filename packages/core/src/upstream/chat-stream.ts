import type { ChatChunk } from '../chat/types.ts';
import { createSseDecoder } from '../stream/sse-decoder.ts';
import { toCutError, toUpstreamError } from './errors.ts';

/**
 * Yields the chunks of a chat completion stream, those of one network read together.
 *
 * @throws MessagesError if the upstream reports an error inside of the stream, sends something that is no JSON, or
 * ends without having said how the answer ended: a cut answer must never look like a whole one
 */
export async function* readChatStream(
  reads: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<readonly ChatChunk[], void, undefined> {
  const decoder = createSseDecoder();
  let isFinished = false;
  let isDone = false;
  let failure: unknown;

  /** What came before a failure in the same read is handed out before it. */
  function toChunks(data: readonly { data: string }[]): ChatChunk[] {
    const chunks: ChatChunk[] = [];
    try {
      for (const event of data) {
        if (isDone || event.data === '') continue;
        if (event.data === '[DONE]') {
          isDone = true;
          continue;
        }
        const chunk = parseChunk(event.data);
        if (chunk.error !== undefined && chunk.error !== null) throw toUpstreamError(200, event.data);
        if (chunk.choices?.some((choice) => choice.finish_reason)) isFinished = true;
        chunks.push(chunk);
      }
    } catch (error) {
      failure = error;
    }
    return chunks;
  }

  try {
    for await (const bytes of reads) {
      const chunks = toChunks(decoder.decode(bytes));
      if (chunks.length > 0) yield chunks;
      if (failure !== undefined) throw failure;
      if (isDone) return;
    }
    const chunks = toChunks(decoder.end());
    if (chunks.length > 0) yield chunks;
    if (failure !== undefined) throw failure;
  } catch (error) {
    signal.throwIfAborted();
    // Nothing of the answer comes behind its finish reason.
    if (isFinished && failure === undefined) return;
    throw toCutError(error);
  }
  if (!isDone && !isFinished) throw toCutError();
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
