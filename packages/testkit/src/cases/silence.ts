import { setImmediate as ioTurn } from 'node:timers/promises';
import { cutStreamAnswer, streamAnswer } from '../answer.ts';
import { deltaChunk, finishChunk, progressChunk, textChunk } from '../chat-chunks.ts';
import type { ClientResponse } from '../client.ts';
import { type CaseContext, type ConformanceCase, requestOf } from '../conformance-case.ts';
import { createGate } from '../gate.ts';

const minuteMs = 60_000;
/** Until then a failure can still have a status of its own. */
const graceMs = 45_000;

/** Lets time pass for the server's timers only, and what is on the sockets through in between. */
interface Clock {
  pass(ms: number): Promise<void>;
}

/** Runs `use` with timers that only the {@link Clock} moves. */
async function withClock<Result>(use: (clock: Clock) => Promise<Result>): Promise<Result> {
  // Only here, so that the list of cases can be read without a test runner.
  const { vi } = await import('vitest');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  try {
    return await use({
      async pass(ms) {
        for (let passed = 0; passed < ms; passed += 1_000) {
          await vi.advanceTimersByTimeAsync(Math.min(1_000, ms - passed));
          for (let turn = 0; turn < 3; turn++) await ioTurn();
        }
      },
    });
  } finally {
    vi.useRealTimers();
  }
}

/** Waits for the answer to a request without streaming for minutes, in which the model says nothing. */
async function waitLong(
  { client, upstream, expect }: CaseContext,
  end: readonly unknown[],
): Promise<ClientResponse> {
  const gate = createGate();
  upstream.answer(cutStreamAnswer(progressChunk(10, 0), gate.opened, ...end));
  return withClock(async (clock) => {
    const pending = client.send('POST', '/v1/messages', { body: requestOf('Hello') });
    let hasHead = false;
    void pending.response.then(() => {
      hasHead = true;
    });
    await upstream.nextCall();
    await clock.pass(graceMs - 5_000);
    expect(hasHead, 'a failure could still have its status').toBe(false);
    await clock.pass(2 * minuteMs);
    expect(hasHead, 'a head, long before the answer').toBe(true);
    gate.open();
    return pending.response;
  });
}

/** Clients give up when nothing comes for some minutes, so something must come. */
export const silenceCases: readonly ConformanceCase[] = [
  {
    id: 'silence.unstreamed',
    title:
      'MUST keep a request without streaming alive with white space after 45 s, and answer it in JSON at the end',
    run: async (context) => {
      const { expect } = context;
      const response = await waitLong(context, [deltaChunk({ content: 'At last' }), finishChunk('stop')]);
      expect(response.status).toBe(200);
      expect(response.headers['content-type']).toMatch(/^application\/json/);
      expect(response.headers['request-id']).toMatch(/^req_/);
      const text = await response.text();
      expect(/^ */.exec(text)?.[0].length, 'one each ten seconds').toBeGreaterThan(10);
      expect(JSON.parse(text)).toMatchObject({ content: [{ type: 'text', text: 'At last' }] });
    },
  },
  {
    id: 'silence.unstreamed-failure',
    title:
      'MUST break the connection of such a request when the model server fails, so that no client takes it for an answer',
    run: async (context) => {
      const response = await waitLong(context, [textChunk('Once')]);
      await context.expect(response.text()).rejects.toThrow();
      context.upstream.answer(streamAnswer(textChunk('fine'), finishChunk('stop')));
      const next = await context.client.messages(requestOf('Hello'));
      context.expect(next.status, await next.text()).toBe(200);
    },
  },
];
