/** One server-sent event: its `event` field, if any, and its `data` lines joined with a newline. */
export interface SseEvent {
  readonly event: string | undefined;
  readonly data: string;
}

export interface SseDecoder {
  /** Takes one read, cut anywhere, and returns the events that it completes; all reads are bytes, or all are text. */
  decode(read: Uint8Array | string): SseEvent[];
  /** The next read begins where an event does. */
  isBetweenEvents(): boolean;
  /** Returns the event that the stream ended inside of, if it has data; the standard drops it, a sloppy server means it. */
  end(): SseEvent[];
}

export interface SseDecoderOptions {
  /**
   * Characters that one event may take before the decoder throws a RangeError, so that a server that never
   * sends a blank line cannot fill the memory.
   * @defaultValue 16 Mi
   */
  readonly maxEventLength?: number;
}

/**
 * Returns a decoder of a server-sent event stream that takes LF, CRLF and CR line ends, comments, a byte order
 * mark, unknown fields, and multi-byte characters split between reads.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createSseDecoder(options: SseDecoderOptions = {}): SseDecoder {
  return new LineDecoder(options.maxEventLength ?? 16 * 1024 * 1024);
}

/** A class because each stream holds one: closures take five times the memory. */
class LineDecoder implements SseDecoder {
  private readonly maxEventLength: number;
  /** Made for the first bytes; a stream that comes as text needs none. */
  private decoder: InstanceType<typeof TextDecoder> | undefined;
  private rest = '';
  /** How much of `rest` is known to hold no line end; keeps a long line that comes in many reads linear. */
  private scanned = 0;
  private isAtStart = true;
  private skipLineFeed = false;
  private event: string | undefined;
  private data: string | undefined;

  constructor(maxEventLength: number) {
    this.maxEventLength = maxEventLength;
  }

  isBetweenEvents(): boolean {
    const { rest, data, event, skipLineFeed, isAtStart } = this;
    return rest === '' && data === undefined && event === undefined && !skipLineFeed && !isAtStart;
  }

  decode(read: Uint8Array | string): SseEvent[] {
    const events: SseEvent[] = [];
    this.takeText(typeof read === 'string' ? this.withoutMark(read) : this.toText(read), events);
    return events;
  }

  end(): SseEvent[] {
    const events: SseEvent[] = [];
    this.takeText(this.decoder?.decode() ?? '', events);
    if (this.rest !== '') this.takeLine(this.rest, events);
    this.takeLine('', events);
    this.rest = '';
    this.scanned = 0;
    return events;
  }

  private toText(bytes: Uint8Array): string {
    this.decoder ??= new TextDecoder();
    return this.decoder.decode(bytes, { stream: true });
  }

  /** As a decoder of bytes does, at the very beginning. */
  private withoutMark(text: string): string {
    const isMarked = this.isAtStart && text.charCodeAt(0) === 0xfeff;
    this.isAtStart = false;
    return isMarked ? text.slice(1) : text;
  }

  private takeText(text: string, events: SseEvent[]): void {
    let input = text;
    if (this.skipLineFeed && input !== '') {
      if (input.charCodeAt(0) === 10) input = input.slice(1);
      this.skipLineFeed = false;
    }
    const buffer = this.rest === '' ? input : this.rest + input;
    let from = 0;
    let at = this.scanned;
    for (; at < buffer.length; at++) {
      const code = buffer.charCodeAt(at);
      if (code !== 10 && code !== 13) continue;
      this.takeLine(buffer.slice(from, at), events);
      if (code === 13) {
        if (at + 1 === buffer.length) this.skipLineFeed = true;
        else if (buffer.charCodeAt(at + 1) === 10) at++;
      }
      from = at + 1;
    }
    this.rest = from === 0 ? buffer : buffer.slice(from);
    this.scanned = this.rest.length;
    if (this.rest.length > this.maxEventLength) throw tooLong(this.maxEventLength);
  }

  private takeLine(line: string, events: SseEvent[]): void {
    if (line === '') {
      if (this.data !== undefined) events.push({ event: this.event, data: this.data });
      this.event = undefined;
      this.data = undefined;
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field !== 'data' && field !== 'event') return;
    const start = line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    const value = colon === -1 ? '' : line.slice(start);
    if (field === 'event') this.event = value === '' ? undefined : value;
    else this.data = this.data === undefined ? value : `${this.data}\n${value}`;
    if (this.data !== undefined && this.data.length > this.maxEventLength) throw tooLong(this.maxEventLength);
  }
}

function tooLong(limit: number): RangeError {
  return new RangeError(`A server-sent event is longer than ${limit} characters`);
}
