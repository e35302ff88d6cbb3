import { Buffer } from 'node:buffer';
import type { ExchangeDetail, SentEvent } from './api.ts';

/** What was written to a client, with times, in bounded memory: of a long answer its beginning and its end. */
export interface EventLog {
  /** Adds whole frames, or JSON text. Returns by how many bytes the log has grown. */
  add(text: string, atMs: number): number;
  /** Milliseconds of the first piece of the answer; undefined until there is one. */
  readonly firstPieceMs: number | undefined;
  read(): Pick<ExchangeDetail, 'events' | 'eventsOmitted'>;
}

interface Written {
  readonly text: string;
  readonly atMs: number;
  readonly bytes: number;
}

/** What an entry takes besides its text. */
const entryBytes = 64;
/** Of the room, for the end of an answer: that is where its stop reason and its error are. */
const endShare = 1 / 4;

/** Returns an empty log that grows to about `maxBytes`. */
export function createEventLog(maxBytes: number): EventLog {
  const endBytes = maxBytes * endShare;
  const head: Written[] = [];
  const tail: Written[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let omittedBytes = 0;
  let omittedEvents = 0;
  let firstPieceMs: number | undefined;

  function keep(written: Written): void {
    if (tail.length === 0 && headBytes + written.bytes <= maxBytes - endBytes) {
      head.push(written);
      headBytes += written.bytes;
      return;
    }
    tail.push(written);
    tailBytes += written.bytes;
    while (tailBytes > endBytes && tail.length > 1) {
      const left = tail.shift();
      if (!left) break;
      tailBytes -= left.bytes;
      omittedBytes += left.bytes - entryBytes;
      omittedEvents += toEvents(left).length;
    }
  }

  return {
    get firstPieceMs() {
      return firstPieceMs;
    },
    add(text, atMs) {
      if (firstPieceMs === undefined && text.includes('event: content_block_')) firstPieceMs = atMs;
      const before = headBytes + tailBytes;
      for (const written of toWritten(text, atMs, endBytes)) keep(written);
      return headBytes + tailBytes - before;
    },
    read() {
      const first = head.flatMap(toEvents);
      return {
        events: [...first, ...tail.flatMap(toEvents)],
        eventsOmitted:
          omittedEvents === 0
            ? undefined
            : { after: first.length, count: omittedEvents, bytes: omittedBytes },
      };
    },
  };
}

/** Many frames of one write are kept one by one where they are too large together; one that is too large alone is cut. */
function toWritten(text: string, atMs: number, maxBytes: number): readonly Written[] {
  const bytes = Buffer.byteLength(text) + entryBytes;
  if (bytes <= maxBytes) return [{ text, atMs, bytes }];
  const frames = text.split(/(?<=\n\n)/);
  if (frames.length > 1) return frames.flatMap((frame) => toWritten(frame, atMs, maxBytes));
  const kept = Buffer.from(text).toString('utf8', 0, Math.floor(maxBytes / 2));
  const cut = `${kept}… [${text.length - kept.length} more characters]`;
  return [{ text: cut, atMs, bytes: Buffer.byteLength(cut) + entryBytes }];
}

function toEvents({ text, atMs }: Written): SentEvent[] {
  if (!text.startsWith('event: ')) return [{ atMs, event: 'message', data: text }];
  const events: SentEvent[] = [];
  for (const frame of text.split('\n\n')) {
    const [, event, data] = /^event: (.*)\ndata: (.*)$/s.exec(frame) ?? [];
    if (event !== undefined && data !== undefined) events.push({ atMs, event, data });
  }
  return events;
}
