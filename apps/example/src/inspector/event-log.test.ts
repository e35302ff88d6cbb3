import { describe, expect, it } from 'vitest';
import { createEventLog } from './event-log.ts';

const delta = (text: string): string =>
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}\n\n`;

it('tells each event of a write with its time', () => {
  const log = createEventLog(10_000);
  log.add('event: ping\ndata: {"type":"ping"}\n\n', 5);
  expect(log.firstPieceMs).toBeUndefined();
  log.add(delta('a') + delta('b'), 20);
  log.add(delta('c'), 30);
  expect(log.firstPieceMs).toBe(20);
  const { events, eventsOmitted } = log.read();
  expect(events.map(({ atMs, event }) => [atMs, event])).toEqual([
    [5, 'ping'],
    [20, 'content_block_delta'],
    [20, 'content_block_delta'],
    [30, 'content_block_delta'],
  ]);
  expect(JSON.parse(events[2]?.data ?? '')).toMatchObject({ delta: { text: 'b' } });
  expect(eventsOmitted).toBeUndefined();
});

it('takes an answer that is not streamed for one event', () => {
  const log = createEventLog(10_000);
  log.add('{"type":"message","content":[]}', 7);
  expect(log.read().events).toEqual([{ atMs: 7, event: 'message', data: '{"type":"message","content":[]}' }]);
});

describe('of a long answer', () => {
  it('keeps the beginning and the end, and says what it left out', () => {
    const log = createEventLog(20_000);
    let grown = 0;
    for (let index = 0; index < 1_000; index += 1) grown += log.add(delta(`piece ${index}`), index);
    grown += log.add('event: message_stop\ndata: {"type":"message_stop"}\n\n', 1_000);
    const { events, eventsOmitted } = log.read();
    expect(events[0]?.data).toContain('piece 0"');
    expect(events.at(-1)?.event).toBe('message_stop');
    expect(eventsOmitted?.count).toBe(1_001 - events.length);
    expect(eventsOmitted?.bytes).toBeGreaterThan(50_000);
    const after = eventsOmitted?.after ?? 0;
    expect(events[after - 1]?.data).toContain(`piece ${after - 1}"`);
    expect(events[after]?.data).not.toContain(`piece ${after}"`);
    expect(grown).toBeLessThanOrEqual(20_000);
    expect(grown).toBeGreaterThan(15_000);
  });

  it('leaves out whole events, also where many came at once', () => {
    const log = createEventLog(20_000);
    log.add(Array.from({ length: 1_000 }, (_, index) => delta(`piece ${index}`)).join(''), 1);
    const { events, eventsOmitted } = log.read();
    expect(events[0]?.data).toContain('piece 0"');
    expect(events.at(-1)?.data).toContain('piece 999"');
    expect(eventsOmitted?.count).toBe(1_000 - events.length);
  });

  it('cuts a single event that is longer than all', () => {
    const log = createEventLog(20_000);
    const grown = log.add(`{"type":"message","text":"${'x'.repeat(500_000)}"}`, 1);
    expect(grown).toBeLessThan(20_000);
    expect(log.read().events[0]?.data).toMatch(/x… \[\d+ more characters\]$/);
  });
});
