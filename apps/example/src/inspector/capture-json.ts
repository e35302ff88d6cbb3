import { Buffer } from 'node:buffer';

/** JSON as bytes: exact to count, and ready to be sent. */
export interface Capture {
  readonly json: Buffer;
  /** Of the whole. */
  readonly bytes: number;
  readonly truncated: boolean;
}

/** Of a text in JSON that is too large as a whole, so many characters stay. */
const keptCharacters = 2_000;

/**
 * Returns `value` as JSON of at most `maxBytes`: whole if it fits, else with every long text shortened, which leaves the
 * shape to look at, else as the beginning of its text.
 */
export function captureJson(value: unknown, maxBytes: number): Capture {
  const whole = JSON.stringify(value);
  const bytes = Buffer.byteLength(whole);
  if (bytes <= maxBytes) return { json: Buffer.from(whole), bytes, truncated: false };
  const short = Buffer.from(JSON.stringify(value, shorten));
  if (short.length <= maxBytes) return { json: short, bytes, truncated: true };
  // Quotes and backslashes double; a control character takes six.
  const kept = whole.slice(0, Math.floor(maxBytes / 8));
  return { json: Buffer.from(JSON.stringify(withRest(kept, whole.length))), bytes, truncated: true };
}

function shorten(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= keptCharacters) return value;
  return withRest(value.slice(0, keptCharacters), value.length);
}

function withRest(kept: string, length: number): string {
  return `${kept}… [${length - kept.length} more characters]`;
}
