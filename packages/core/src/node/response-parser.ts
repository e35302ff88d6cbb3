import { isAscii } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';

export interface ResponseHead {
  readonly status: number;
  /** By lower-case name; a field that comes several times has its values joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** As many bytes of a head, or of trailers, as Node's own parser takes. */
const maxHeadBytes = 16 * 1024;

/** Of a chunk's size in hexadecimal: 4 GiB is no chunk, it is garbage. */
const maxSizeDigits = 8;

/**
 * Reads one HTTP/1.1 response, cut anywhere, and returns the text of its body. It stands in for Node's own parser where each
 * token counts, with one call for all that the socket has read instead of an event and a Buffer for each chunk, and is as
 * strict about where a body ends.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112
 */
export class ResponseParser {
  /** Known as soon as all of it has come; may be forgotten then. */
  head: ResponseHead | undefined;
  /** The response is complete; whatever comes behind it is ignored. */
  isOver = false;
  private state: 'head' | 'size' | 'extension' | 'size-end' | 'data' | 'data-cr' | 'data-lf' | 'trailers' =
    'head';
  private isChunked = false;
  /** Bytes of the body, or of its chunk, that are still to come. */
  private left = 0;
  private digits = 0;
  /** The head, or trailers, so far. */
  private lines = '';
  /** Of a character that was cut; the usual read is ASCII, and needs none. */
  private decoder: StringDecoder | undefined;

  /**
   * Takes the next read and returns the text that it brings.
   * @throws Error if it is no HTTP/1.1 response
   */
  parse(bytes: Buffer): string {
    const isPlain = this.decoder === undefined && isAscii(bytes);
    let text = '';
    let at = 0;
    while (at < bytes.length && !this.isOver) {
      switch (this.state) {
        case 'size':
          at = this.takeSize(bytes, at);
          break;
        case 'data': {
          const end = Math.min(at + this.left, bytes.length);
          text += isPlain ? bytes.toString('latin1', at, end) : this.decode(bytes.subarray(at, end));
          this.left -= end - at;
          at = end;
          if (this.left === 0) this.endData();
          break;
        }
        case 'data-cr':
          at = this.expect(bytes, at, 0x0d, 'data-lf');
          break;
        case 'data-lf':
          at = this.expect(bytes, at, 0x0a, 'size');
          this.left = this.digits = 0;
          break;
        case 'extension':
          at = this.skipExtension(bytes, at);
          break;
        case 'size-end':
          at = this.expect(bytes, at, 0x0a, this.left === 0 ? 'trailers' : 'data');
          // As if the last chunk's line were the trailers' first.
          if (this.left === 0) this.lines = '\r\n';
          break;
        case 'trailers':
          at = this.takeLines(bytes, at);
          if (this.lines.endsWith('\r\n\r\n')) this.endTrailers();
          break;
        case 'head':
          at = this.takeLines(bytes, at);
          if (this.lines.endsWith('\r\n\r\n')) this.endHead();
          break;
        default:
          this.state satisfies never;
      }
    }
    return this.isOver ? text + this.endText() : text;
  }

  /**
   * Takes the end of the connection, and returns the text that it completes.
   * @throws Error if the response has no end yet
   */
  end(): string {
    if (this.isOver) return '';
    if (this.state !== 'data' || this.left !== Number.POSITIVE_INFINITY)
      throw new Error('The connection was closed');
    this.isOver = true;
    return this.endText();
  }

  private takeSize(bytes: Buffer, from: number): number {
    let at = from;
    for (; at < bytes.length; at++) {
      const digit = toHexDigit(bytes[at] ?? 0);
      if (digit === -1) break;
      this.left = this.left * 16 + digit;
      this.digits += 1;
    }
    if (this.digits > maxSizeDigits) throw malformed('the size of a chunk is too long');
    if (at === bytes.length) return at;
    if (this.digits === 0) throw malformed('a chunk has no size');
    this.state = 'extension';
    return at;
  }

  private skipExtension(bytes: Buffer, from: number): number {
    if (bytes[from] === 0x0d && this.lines === '') {
      this.state = 'size-end';
      return from + 1;
    }
    const end = bytes.indexOf(0x0d, from);
    // Behind the size comes nothing, or `;` and what nobody needs.
    const [first] = bytes.subarray(from, from + 1);
    if (this.lines === '' && first !== 0x0d && first !== 0x3b) {
      throw malformed('the size of a chunk is not a number');
    }
    this.lines += bytes.toString('latin1', from, end === -1 ? bytes.length : end);
    if (this.lines.length > maxHeadBytes) throw malformed('the line of a chunk is too long');
    if (end === -1) return bytes.length;
    if (!/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(this.lines))
      throw malformed('the line of a chunk has control characters');
    this.lines = '';
    this.state = 'size-end';
    return end + 1;
  }

  private expect(bytes: Buffer, at: number, byte: number, next: ResponseParser['state']): number {
    if (bytes[at] !== byte) throw malformed('a line of its chunks does not end where it should');
    this.state = next;
    return at + 1;
  }

  /** Adds lines up to an empty one, and returns where they end. */
  private takeLines(bytes: Buffer, from: number): number {
    const before = this.lines.length;
    const lines = this.lines + bytes.toString('latin1', from);
    const end = lines.indexOf('\r\n\r\n', Math.max(0, before - 3));
    this.lines = end === -1 ? lines : lines.slice(0, end + 4);
    if (this.lines.length > maxHeadBytes) throw malformed('its head is too long');
    return end === -1 ? bytes.length : from + end + 4 - before;
  }

  private endHead(): void {
    const head = toHead(this.lines);
    this.lines = '';
    // `100 Continue`, and whatever else comes before the response.
    if (head.status < 200 && head.status !== 101) return;
    this.head = head;
    const encoding = head.headers.get('transfer-encoding');
    const length = head.headers.get('content-length');
    if (encoding !== undefined) {
      if (encoding.toLowerCase() !== 'chunked' || length !== undefined)
        throw malformed('it does not say where its body ends');
      this.isChunked = true;
      this.state = 'size';
      return;
    }
    if (length !== undefined && !/^\d{1,15}$/.test(length)) throw malformed('its length is not a number');
    const isEmpty = head.status === 204 || head.status === 304 || Number(length) === 0;
    this.state = 'data';
    this.left = length === undefined ? Number.POSITIVE_INFINITY : Number(length);
    this.isOver = isEmpty;
  }

  private endTrailers(): void {
    const hasFields = this.lines.length > 4;
    if (hasFields) toFields(this.lines.slice(2).split('\r\n').slice(0, -2));
    this.isOver = true;
  }

  private endData(): void {
    if (this.isChunked) this.state = 'data-cr';
    else this.isOver = true;
  }

  private decode(bytes: Buffer): string {
    this.decoder ??= new StringDecoder('utf8');
    const text = this.decoder.write(bytes);
    if ((bytes.at(-1) ?? 0) < 0x80) this.decoder = undefined;
    return text;
  }

  private endText(): string {
    const text = this.decoder?.end() ?? '';
    this.decoder = undefined;
    return text;
  }
}

function toHexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The last one: a server answers with the same head again and again. */
let latest: { readonly text: string; readonly head: ResponseHead } | undefined;

function toHead(text: string): ResponseHead {
  if (latest?.text === text) return latest.head;
  const head = parseHead(text);
  latest = { text, head };
  return head;
}

function parseHead(text: string): ResponseHead {
  const [first = '', ...lines] = text.slice(0, -4).split('\r\n');
  const status = /^HTTP\/1\.[01] ([1-9]\d\d)(?: [\t\u0020-\u007e\u0080-\u00ff]*)?$/.exec(first)?.[1];
  if (status === undefined) throw malformed('it begins in another way');
  return { status: Number(status), headers: toFields(lines) };
}

function toFields(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*([^\0\r\n]*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) throw malformed('a line of its head is not a field');
    const key = name.toLowerCase();
    const former = fields.get(key);
    fields.set(key, former === undefined ? value : `${former}, ${value}`);
  }
  return fields;
}

function malformed(what: string): Error {
  return new Error(`The answer is not HTTP/1.1: ${what}`);
}
