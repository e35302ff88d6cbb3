import fc from 'fast-check';
import { createParser } from 'eventsource-parser';
import { describe, expect, it } from 'vitest';
import { createSseDecoder, type SseEvent } from './sse-decoder.ts';

const encoder = new TextEncoder();

function decodeInPieces(bytes: Uint8Array, cuts: readonly number[]): SseEvent[] {
  const decoder = createSseDecoder();
  const events: SseEvent[] = [];
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    events.push(...decoder.decode(bytes.subarray(from, end)));
    from = end;
  }
  return events;
}

function oracle(text: string): SseEvent[] {
  const events: SseEvent[] = [];
  const parser = createParser({ onEvent: ({ event, data }) => events.push({ event, data }) });
  parser.feed(text);
  return events;
}

const line = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((value) => `data: ${value.replaceAll(/[\r\n]/g, '')}`),
  fc.string().map((value) => `data:${value.replaceAll(/[\r\n]/g, '')}`),
  fc.constantFrom(
    '',
    '',
    ': comment',
    'event: ping',
    'event:x',
    'id: 7',
    'retry: 5',
    'data',
    'nonsense',
    'data: 🦙 är 你好',
  ),
);

describe('createSseDecoder', () => {
  it('agrees with eventsource-parser on every stream, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(line),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat()),
        (lines, lineEnd, cuts) => {
          // A line at the end that is not empty tells the oracle that no LF follows a CR.
          const text = [...lines, '', ': end'].join(lineEnd);
          expect(decodeInPieces(encoder.encode(text), cuts)).toEqual(oracle(text));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('keeps a character that is split between reads', () => {
    const bytes = encoder.encode('data: {"text":"🦙"}\n\n');
    expect(decodeInPieces(bytes, Array.from(bytes.keys()))).toEqual([
      { event: undefined, data: '{"text":"🦙"}' },
    ]);
  });

  it('ignores a byte order mark', () => {
    expect(createSseDecoder().decode(encoder.encode('\uFEFFdata: 1\n\n'))).toEqual([
      { event: undefined, data: '1' },
    ]);
  });

  it('hands out an event at once when its blank line ends with CR, and does not take the LF for another line', () => {
    const decoder = createSseDecoder();
    expect(decoder.decode(encoder.encode('data: 1\r\n\r'))).toHaveLength(1);
    expect(decoder.decode(encoder.encode('\ndata: 2\r\n\r\n'))).toEqual([{ event: undefined, data: '2' }]);
  });

  it('releases an unfinished event at the end', () => {
    const decoder = createSseDecoder();
    expect(decoder.decode(encoder.encode('data: [DONE]'))).toEqual([]);
    expect(decoder.end()).toEqual([{ event: undefined, data: '[DONE]' }]);
  });

  it('gives up on an event that never ends', () => {
    const decoder = createSseDecoder({ maxEventLength: 1_000 });
    expect(() => {
      for (let read = 0; read < 11; read++) decoder.decode(encoder.encode('data: '.padEnd(100, 'x')));
    }).toThrow(RangeError);
  });
});
