import { concatBytes } from '#bytes';
import { isLasting, oncePerLasting } from '../memory/lasting.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/**
 * What lasts and has as many bytes is a piece of its own. Smaller ones are copied: to send a piece costs as much as to copy some
 * thousand bytes.
 */
const leastPiece = 4096;

/**
 * Returns what `JSON.stringify` does of a body for a chat server, in any dialect, as UTF-8. Tools and messages that last, which
 * are nearly all of a conversation that goes on, are written once, and are the same pieces from then on: to write and encode them each
 * time costs three times as much, and new bytes for each request bring full garbage collections about.
 */
export function toChatPieces(body: object): readonly Bytes[] {
  const writer = new JsonWriter();
  let separator = '{';
  for (const [name, value] of Object.entries(body) as [string, unknown][]) {
    if (value === undefined) continue;
    writer.addText(`${separator}${JSON.stringify(name)}:`);
    separator = ',';
    if ((name === 'tools' || name === 'messages') && Array.isArray(value)) addList(writer, value as object[]);
    else writer.addText(JSON.stringify(value));
  }
  writer.addText(separator === '{' ? '{}' : '}');
  return writer.toPieces();
}

function addList(writer: JsonWriter, items: readonly object[]): void {
  if (isLasting(items)) return writer.addBytes(withoutComma(toItemBytes(items)));
  writer.addText('[');
  items.forEach((item, index) => {
    if (isLasting(item)) writer.addBytes(index > 0 ? toItemBytes(item) : withoutComma(toItemBytes(item)));
    else writer.addText((index > 0 ? ',' : '') + JSON.stringify(item));
  });
  writer.addText(']');
}

/** With the comma in front that nearly all have. */
const toItemBytes = oncePerLasting((json: object) => encoder.encode(`,${JSON.stringify(json)}`));

function withoutComma(bytes: Bytes): Bytes {
  return bytes.subarray(1);
}

class JsonWriter {
  private readonly pieces: Bytes[] = [];
  private small: Bytes[] = [];
  private text = '';

  addText(text: string): void {
    this.text += text;
  }

  addBytes(bytes: Bytes): void {
    this.encodeText();
    this.add(bytes);
  }

  toPieces(): readonly Bytes[] {
    this.encodeText();
    this.joinSmall();
    return this.pieces;
  }

  private encodeText(): void {
    if (this.text !== '') this.add(encoder.encode(this.text));
    this.text = '';
  }

  private add(bytes: Bytes): void {
    if (bytes.length < leastPiece) {
      this.small.push(bytes);
      return;
    }
    this.joinSmall();
    this.pieces.push(bytes);
  }

  private joinSmall(): void {
    const [first, ...others] = this.small;
    if (!first) return;
    this.pieces.push(others.length === 0 ? first : concatBytes(this.small));
    this.small = [];
  }
}
