import { createServer } from 'node:http';
import { setImmediate as ioTurn } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import {
  type ChatChunk,
  type HandlerResponse,
  type MessagesHandler,
  type Upstream,
  createMessagesHandler,
} from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { textAnswerChunks } from './chat-chunks.ts';
import { createFrameReader } from './frame-reader.ts';
import { requestOf, streamOf } from './conformance-case.ts';
import { createGate, type Gate } from './gate.ts';
import { listen } from './listen.ts';

/** How long the model says nothing, in seconds: a long prompt on a small machine. */
const silenceSeconds = 20 * 60;

// Node's sockets have timers of their own, which go on in real time.
beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  });
});
afterEach(() => vi.useRealTimers());

interface Silent {
  readonly handler: MessagesHandler;
  /** Opened, the answer comes; before that, nothing at all. */
  readonly speaks: Gate;
  /** Opened, the model server fails instead. */
  readonly fails: Gate;
  readonly signal: () => AbortSignal | undefined;
}

/** @param accepts - whether the request is accepted first, as llama-server does, or not even that */
function createSilent(accepts: boolean): Silent {
  const speaks = createGate();
  const fails = createGate();
  let signal: AbortSignal | undefined;
  const outcome = Promise.race([
    speaks.opened,
    fails.opened.then(() => Promise.reject(new Error('the model server has died'))),
  ]);
  outcome.catch(() => {});
  async function* answer(): AsyncGenerator<readonly ChatChunk[]> {
    await outcome;
    for (const chunk of textAnswerChunks('At ', 'last')) yield [chunk as ChatChunk];
  }
  const upstream: Upstream = {
    name: 'silent',
    traits: {},
    models: async () => [{ id: 'model' }],
    countTokens: async () => ({ tokens: 1, exact: true }),
    async stream(_request, call) {
      ({ signal } = call);
      if (!accepts) await outcome;
      return answer();
    },
  };
  return { handler: createMessagesHandler({ upstream }), speaks, fails, signal: () => signal };
}

function send({ handler }: Silent, body: unknown): Promise<HandlerResponse> {
  return handler.handle({
    method: 'POST',
    path: '/v1/messages',
    headers: { get: () => undefined },
    body: () => body,
    signal: new AbortController().signal,
  });
}

interface Written {
  readonly atSeconds: number;
  readonly text: string;
}

/** Takes a body the way that an adapter does: pushed, as Node's writer, or pulled, as a fetch response. */
function take(body: HandlerResponse['body'], how: 'pushed' | 'pulled') {
  if (typeof body === 'string') throw new Error(`not a stream: ${body}`);
  const written: Written[] = [];
  let isBroken = false;
  const note = (text: string) => void written.push({ atSeconds: performance.now() / 1_000, text });
  const over =
    how === 'pushed'
      ? body
          .pipe({
            write: (text) => {
              note(text);
              return true;
            },
            ready: async () => {},
            destroy: () => {
              isBroken = true;
            },
          })
          .then(note)
      : (async () => {
          try {
            for await (const text of body) note(text);
          } catch {
            isBroken = true;
          }
        })();
  return { written, over, isBroken: () => isBroken };
}

const longestGap = (times: readonly number[]) =>
  Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));

const ways = (['pushed', 'pulled'] as const).flatMap((how) =>
  [true, false].map((accepts) => ({ how, accepts, when: accepts ? 'after' : 'before' })),
);

describe.each(ways)('20 minutes of silence $when the model server accepts, $how', ({ how, accepts }) => {
  afterEach(() => expect(vi.getTimerCount(), 'timers that are left behind').toBe(0));

  test('a stream has begun within seconds, is never silent for more than 10 s, and gets its answer', async () => {
    const silent = createSilent(accepts);
    const startedAt = performance.now() / 1_000;
    const pending = send(silent, streamOf('Hello'));
    await vi.advanceTimersByTimeAsync(3_000);
    const { body } = await pending;
    const { written, over, isBroken } = take(body, how);
    await vi.advanceTimersByTimeAsync(silenceSeconds * 1_000);
    expect(silent.signal()?.aborted, 'the model goes on').toBe(false);
    silent.speaks.open();
    await over;
    const reader = createFrameReader();
    const events = written.flatMap(({ atSeconds, text }) =>
      reader.push(Buffer.from(text)).map((event) => ({ atSeconds, event })),
    );
    reader.end();
    const [first] = events;
    expect(first?.event.type).toBe('message_start');
    expect((first?.atSeconds ?? Infinity) - startedAt).toBeLessThanOrEqual(3);
    const pings = events.filter(({ event }) => event.type === 'ping');
    expect(longestGap(events.map(({ atSeconds }) => atSeconds))).toBeLessThanOrEqual(10);
    expect(pings.length).toBeGreaterThanOrEqual(silenceSeconds / 10 - 1);
    expect(pings.length, 'no more pings than needed').toBeLessThanOrEqual(silenceSeconds / 10 + 1);
    const text = events.map(({ event }) =>
      event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '',
    );
    expect(text.join('')).toBe('At last');
    expect(events.at(-1)?.event.type).toBe('message_stop');
    expect(isBroken()).toBe(false);
  });

  test('a stream whose model server fails in the end says so', async () => {
    const silent = createSilent(accepts);
    const pending = send(silent, streamOf('Hello'));
    await vi.advanceTimersByTimeAsync(3_000);
    const { written, over } = take((await pending).body, how);
    await vi.advanceTimersByTimeAsync(silenceSeconds * 1_000);
    silent.fails.open();
    await over;
    expect(written.at(-1)?.text).toContain('event: error');
  });

  test('a request without streaming has its status after 45 s, then white space, and JSON at the end', async () => {
    const silent = createSilent(accepts);
    let answered: HandlerResponse | undefined;
    void send(silent, requestOf('Hello')).then((response) => {
      answered = response;
    });
    await vi.advanceTimersByTimeAsync(44_999);
    expect(answered, 'a failure could still have its status').toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    if (!answered) throw new Error('no answer after 45 s');
    expect(answered.status).toBe(200);
    expect(answered.headers['content-type']).toMatch(/^application\/json/);
    const { written, over, isBroken } = take(answered.body, how);
    await vi.advanceTimersByTimeAsync(silenceSeconds * 1_000);
    expect(written.map(({ text }) => text).join('')).toMatch(/^\s+$/);
    expect(longestGap(written.map(({ atSeconds }) => atSeconds))).toBeLessThanOrEqual(10);
    silent.speaks.open();
    await over;
    expect(JSON.parse(written.map(({ text }) => text).join(''))).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'At last' }],
      stop_reason: 'end_turn',
    });
    expect(isBroken()).toBe(false);
  });

  test('a request without streaming whose model server fails in the end is broken off', async () => {
    const silent = createSilent(accepts);
    const pending = send(silent, requestOf('Hello'));
    await vi.advanceTimersByTimeAsync(45_000);
    const { written, over, isBroken } = take((await pending).body, how);
    await vi.advanceTimersByTimeAsync(silenceSeconds * 1_000);
    silent.fails.open();
    await over;
    expect(isBroken(), 'a client must not take it for an answer').toBe(true);
    expect(
      written
        .map(({ text }) => text)
        .join('')
        .trim(),
    ).toBe('');
  });
});

test('a failure within the first 40 s keeps its status', async () => {
  const silent = createSilent(true);
  const pending = send(silent, requestOf('Hello'));
  await vi.advanceTimersByTimeAsync(40_000);
  silent.fails.open();
  const { status, body } = await pending;
  expect([status, JSON.parse(String(body))]).toMatchObject([500, { type: 'error' }]);
});

describe('the official SDK with its time limit of ten minutes, over a socket', () => {
  /** Lets simulated time pass second by second, and what is on the sockets through in between. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      await ioTurn();
    }
  }

  async function untilAsked({ signal }: Silent): Promise<void> {
    while (!signal()) await ioTurn();
  }

  test.each([false, true])('gets an answer after 20 minutes, streamed: %s', async (streamed) => {
    const silent = createSilent(true);
    const server = await listen(createServer(toNodeListener(silent.handler)));
    try {
      const sdk = new Anthropic({ baseURL: server.url, apiKey: 'unused', maxRetries: 0 });
      const body = { model: 'm', max_tokens: 64, messages: [{ role: 'user' as const, content: 'Hello' }] };
      const answer = streamed ? sdk.messages.stream(body).finalMessage() : sdk.messages.create(body);
      answer.catch(() => {});
      await untilAsked(silent);
      await pass(silenceSeconds);
      silent.speaks.open();
      expect((await answer).content).toMatchObject([{ type: 'text', text: 'At last' }]);
    } finally {
      await server.close();
    }
  });

  test('throws, and does not take white space for an answer, when the model server fails in the end', async () => {
    const silent = createSilent(true);
    const server = await listen(createServer(toNodeListener(silent.handler)));
    try {
      const sdk = new Anthropic({ baseURL: server.url, apiKey: 'unused', maxRetries: 0 });
      const answer = sdk.messages.create({
        model: 'm',
        max_tokens: 64,
        messages: [{ role: 'user', content: 'Hello' }],
      });
      const outcome = answer.then(
        () => 'answered',
        () => 'threw',
      );
      await untilAsked(silent);
      await pass(silenceSeconds);
      silent.fails.open();
      expect(await outcome).toBe('threw');
    } finally {
      await server.close();
    }
  });
});
