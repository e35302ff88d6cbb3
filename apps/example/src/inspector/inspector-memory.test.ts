import {
  apart,
  createGate,
  finishChunk,
  progressChunk,
  streamAnswer,
  textAnswerChunks,
  textChunk,
} from '@llama-messages/testkit';
import { describe, expect, it } from 'vitest';
import { serveInspector } from '../testing/serve-inspector.ts';
import type { ExchangeList } from './api.ts';

describe('memory', () => {
  it('forgets the oldest exchanges where there are too many', async () => {
    const started = await serveInspector({ maxExchanges: 3 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await (await started.ask({ messages: [{ role: 'user', content: name }] })).text();
    }
    expect((await started.list()).map(({ title }) => title)).toEqual(['e', 'd', 'c']);
  });

  it('never keeps more bytes than it may, whatever comes', async () => {
    const maxBytes = 256 * 1024;
    const { upstream, ask, get, newest } = await serveInspector({ maxBytes });
    for (let index = 0; index < 12; index += 1) {
      upstream.answer(
        streamAnswer(...apart(textAnswerChunks(...Array.from({ length: 300 }, () => 'word '.repeat(40))))),
      );
      await (
        await ask({
          system: 'x'.repeat(index === 11 ? 60_000 : 20_000),
          messages: [{ role: 'user', content: `${index}` }],
        })
      ).text();
      const { bytes } = await get<ExchangeList>('/exchanges');
      expect(bytes).toBeLessThanOrEqual(maxBytes);
    }
    const { exchanges } = await get<ExchangeList>('/exchanges');
    expect(exchanges.length).toBeGreaterThan(0);
    expect(exchanges.length).toBeLessThan(12);
    const { title, request, eventsOmitted, events } = await newest();
    expect(title).toBe('11');
    expect(request).toMatchObject({
      truncated: true,
      value: { system: expect.stringMatching(/more characters\]$/) },
    });
    expect(eventsOmitted?.count).toBeGreaterThan(0);
    expect(events.at(-1)?.event).toBe('message_stop');
  });

  it('stops to record an exchange that is forgotten while it goes on', async () => {
    const started = await serveInspector({ maxExchanges: 1 });
    const gate = createGate();
    started.upstream.answer(
      streamAnswer(progressChunk(10, 0, 10), textChunk('Well'), gate.opened, finishChunk('stop')),
    );
    const first = await started.ask();
    const reader = first.body?.getReader();
    await reader?.read();
    await (await started.ask({ messages: [{ role: 'user', content: 'other' }] })).text();
    gate.open();
    while ((await reader?.read())?.done === false);
    expect((await started.list()).map(({ title }) => title)).toEqual(['other']);
    await expect(started.detail(first.headers.get('request-id') ?? '')).rejects.toThrow(
      'only the last ones are kept',
    );
  });
});
