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
  const maxEventLength = options.maxEventLength ?? 16 * 1024 * 1024;
  /** Made for the first bytes: half a kilobyte that a stream which comes as text need not hold. */
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let rest = '';
  /** How much of `rest` is known to hold no line end; keeps a long line that comes in many reads linear. */
  let scanned = 0;
  let isAtStart = true;
  let skipLineFeed = false;
  let event: string | undefined;
  let data: string | undefined;

  function takeLine(line: string, events: SseEvent[]): void {
    if (line === '') {
      if (data !== undefined) events.push({ event, data });
      event = undefined;
      data = undefined;
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field !== 'data' && field !== 'event') return;
    const start = line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    const value = colon === -1 ? '' : line.slice(start);
    if (field === 'event') event = value === '' ? undefined : value;
    else data = data === undefined ? value : `${data}\n${value}`;
    if (data !== undefined && data.length > maxEventLength) throw tooLong(maxEventLength);
  }

  function takeText(text: string, events: SseEvent[]): void {
    let input = text;
    if (skipLineFeed && input !== '') {
      if (input.charCodeAt(0) === 10) input = input.slice(1);
      skipLineFeed = false;
    }
    const buffer = rest === '' ? input : rest + input;
    let from = 0;
    let at = scanned;
    for (; at < buffer.length; at++) {
      const code = buffer.charCodeAt(at);
      if (code !== 10 && code !== 13) continue;
      takeLine(buffer.slice(from, at), events);
      if (code === 13) {
        if (at + 1 === buffer.length) skipLineFeed = true;
        else if (buffer.charCodeAt(at + 1) === 10) at++;
      }
      from = at + 1;
    }
    rest = from === 0 ? buffer : buffer.slice(from);
    scanned = rest.length;
    if (rest.length > maxEventLength) throw tooLong(maxEventLength);
  }

  function decodeBytes(bytes: Uint8Array): string {
    decoder ??= new TextDecoder();
    return decoder.decode(bytes, { stream: true });
  }

  /** As a decoder of bytes does, at the very beginning. */
  function withoutMark(text: string): string {
    const isMarked = isAtStart && text.charCodeAt(0) === 0xfeff;
    isAtStart = false;
    return isMarked ? text.slice(1) : text;
  }

  return {
    isBetweenEvents: () =>
      rest === '' && data === undefined && event === undefined && !skipLineFeed && !isAtStart,
    decode(read) {
      const events: SseEvent[] = [];
      takeText(typeof read === 'string' ? withoutMark(read) : decodeBytes(read), events);
      return events;
    },
    end() {
      const events: SseEvent[] = [];
      takeText(decoder?.decode() ?? '', events);
      if (rest !== '') takeLine(rest, events);
      takeLine('', events);
      rest = '';
      scanned = 0;
      return events;
    },
  };
}

function tooLong(limit: number): RangeError {
  return new RangeError(`A server-sent event is longer than ${limit} characters`);
}
