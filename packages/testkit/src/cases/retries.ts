import type { ExchangeReport, Message, MessagesOptions } from '@llama-messages/core';
import { streamAnswer } from '../answer.ts';
import { finishChunk, progressChunk, textChunk } from '../chat-chunks.ts';
import type { ClientResponse } from '../client.ts';
import { createCollected } from '../collected.ts';
import {
  type CaseContext,
  type ConformanceCase,
  readStreamedText,
  requestOf,
  streamOf,
} from '../conformance-case.ts';
import { createGate, within } from '../gate.ts';

const original = { 'x-stainless-retry-count': '0' };
const retry = { 'x-stainless-retry-count': '1' };
const session = { 'x-claude-code-session-id': '5f0c7c2e-0f6f-4b0e-8f0c-7c2e0f6f4b0e' };

/** Starts a server in front of an upstream whose answers stop in the middle until `finish` is called. */
async function createSlowServer({ createServer }: CaseContext, options: Partial<MessagesOptions> = {}) {
  const reports = createCollected<ExchangeReport>();
  /** Ids of the requests whose answer has begun. */
  const begun = createCollected<string>();
  const server = await createServer({
    onExchange: reports.add,
    onProgress: ({ requestId, phase }) => {
      if (phase === 'prompt') begun.add(requestId);
    },
    ...options,
  });
  const gate = createGate();
  server.upstream.on('POST /v1/chat/completions', () =>
    streamAnswer(
      progressChunk(10, 0, 10),
      textChunk('Once upon'),
      gate.opened,
      textChunk(' a time'),
      finishChunk('stop'),
    ),
  );
  return { ...server, reports, begun, finish: gate.open };
}

/** Resolves with the rest of the events once the answer has begun to come. */
async function untilText(response: ClientResponse) {
  const events = response.events();
  for (;;) {
    const { value } = await within(events.next(), 2_000, 'the beginning of the answer');
    if (value?.type === 'content_block_delta') return events;
  }
}

/** Sends the same twice and returns how many generations there were, and whether each of the answers was whole. */
async function sendTwice(
  context: CaseContext,
  headers: readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>],
  options?: Partial<MessagesOptions>,
): Promise<number> {
  const { client, upstream, finish } = await createSlowServer(context, options);
  const first = await untilText(await client.messages(streamOf('Hello'), headers[0]));
  const second = await untilText(await client.messages(streamOf('Hello'), headers[1]));
  const generations = upstream.chatCalls.length;
  finish();
  context
    .expect(await Promise.all([readStreamedText(first), readStreamedText(second)]))
    .toEqual([' a time', ' a time']);
  return generations;
}

/** A client that asks again for what it is still owed. */
export const retriesCases: readonly ConformanceCase[] = [
  {
    id: 'retries.attach',
    title:
      'MUST give the numbered retry of a request that still runs the same answer, whole, of one generation',
    run: async (context) => {
      const { client, upstream, reports, finish } = await createSlowServer(context);
      const first = await client.messages(streamOf('Hello'), original);
      await upstream.nextCall();
      const second = await client.messages(streamOf('Hello'), retry);
      const texts = Promise.all([readStreamedText(first.events()), readStreamedText(second.events())]);
      finish();
      context.expect(await texts).toEqual(['Once upon a time', 'Once upon a time']);
      context.expect(upstream.chatCalls).toHaveLength(1);
      context.expect(first.headers['request-id']).not.toBe(second.headers['request-id']);
      for (const [response, attached] of [
        [first, false],
        [second, true],
      ] as const) {
        const id = response.headers['request-id'];
        const report = await reports.until(({ requestId }) => requestId === id, 'a report');
        context.expect(report).toMatchObject({ attached, outcome: 'completed' });
      }
    },
  },
  {
    id: 'retries.lost-connection',
    title: 'MUST go on for a client whose connection broke, when its retry comes at once',
    run: async (context) => {
      const { client, upstream, reports, finish } = await createSlowServer(context);
      const lost = await client.messages(streamOf('Hello'), original);
      await untilText(lost);
      lost.destroy();
      context.expect(await reports.next('the report')).toMatchObject({ outcome: 'aborted' });
      const second = await client.messages(streamOf('Hello'), retry);
      finish();
      context.expect(await readStreamedText(second.events())).toBe('Once upon a time');
      context.expect(upstream.chatCalls).toHaveLength(1);
    },
  },
  {
    id: 'retries.claude-code',
    title: "MUST attach Claude Code's retry without streaming to the stream that it has given up",
    run: async (context) => {
      const { client, upstream, begun, finish } = await createSlowServer(context);
      const streamed = await client.messages(streamOf('Hello'), session);
      await untilText(streamed);
      const pending = client.send('POST', '/v1/messages', { body: requestOf('Hello'), headers: session });
      await begun.until((id) => id !== streamed.headers['request-id'], 'the retry gets the answer');
      streamed.destroy();
      finish();
      const message = (await (await pending.response).json()) as Message;
      context.expect(message).toMatchObject({ content: [{ type: 'text', text: 'Once upon a time' }] });
      context.expect(upstream.chatCalls).toHaveLength(1);
    },
  },
  {
    id: 'retries.two-samples',
    title: 'MUST generate twice for whoever sends the same twice without numbering it a retry',
    run: async (context) => {
      context.expect(await sendTwice(context, [{}, {}])).toBe(2);
      context.expect(await sendTwice(context, [original, original])).toBe(2);
    },
  },
  {
    id: 'retries.other-key',
    title: 'MUST NOT give an answer to another key than the one that asked for it',
    run: async (context) => {
      const keys = [
        { ...session, ...original, 'x-api-key': 'one' },
        { ...session, ...retry, 'x-api-key': 'two' },
      ] as const;
      context.expect(await sendTwice(context, keys)).toBe(2);
      context.expect(await sendTwice(context, keys, { auth: ['one', 'two'] })).toBe(2);
    },
  },
  {
    id: 'retries.off',
    title: 'MUST generate for every request when attachRetries is false',
    run: async (context) => {
      context.expect(await sendTwice(context, [original, retry])).toBe(1);
      context.expect(await sendTwice(context, [original, retry], { attachRetries: false })).toBe(2);
    },
  },
  {
    id: 'retries.all-leave',
    title: 'MUST go on while one of two readers stays, and stop the upstream within 1 s when both have left',
    run: async (context) => {
      const { client, upstream } = await createSlowServer(context);
      const first = await client.messages(streamOf('Hello'), original);
      await untilText(first);
      const second = await client.messages(streamOf('Hello'), retry);
      await untilText(second);
      const call = await upstream.nextCall();
      let isClosed = false;
      void call.closed.then(() => {
        isClosed = true;
      });
      first.destroy();
      await (await client.request('GET', '/v1/models')).text();
      context.expect(isClosed).toBe(false);
      second.destroy();
      await within(call.closed, 1_000, 'the upstream connection is closed');
    },
  },
];
