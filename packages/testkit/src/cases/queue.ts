import type { ExchangeProgress, ExchangeReport, MessagesOptions } from '@llama-messages/core';
import { streamAnswer } from '../answer.ts';
import { finishChunk, progressChunk, textAnswerChunks, textChunk } from '../chat-chunks.ts';
import type { Client } from '../client.ts';
import { type Collected, createCollected } from '../collected.ts';
import {
  type CaseContext,
  type ConformanceCase,
  type TestedServer,
  expectError,
  readStreamedText,
  requestOf,
  sentMessages,
  streamOf,
} from '../conformance-case.ts';
import { createGate, within } from '../gate.ts';

interface BusyServer extends TestedServer {
  readonly progress: Collected<ExchangeProgress>;
  readonly reports: Collected<ExchangeReport>;
  /** Lets the request that holds the only slot end, and reads its answer. */
  finishFirst(): Promise<string>;
}

/** Starts a server whose only slot is held by a request that has begun to answer. */
async function createBusyServer(
  { createServer }: CaseContext,
  options: Partial<MessagesOptions> = {},
): Promise<BusyServer> {
  const progress = createCollected<ExchangeProgress>();
  const reports = createCollected<ExchangeReport>();
  const server = await createServer({
    concurrency: 1,
    graceMs: 20,
    pingIntervalMs: 20,
    onProgress: progress.add,
    onExchange: reports.add,
    ...options,
  });
  const gate = createGate();
  server.upstream.answer(
    streamAnswer(progressChunk(10, 0, 10), textChunk('first'), gate.opened, finishChunk('stop')),
  );
  const first = await server.client.messages(streamOf('first'));
  await within(server.upstream.nextCall(), 2_000, 'the first request reaches the upstream');
  return {
    ...server,
    progress,
    reports,
    finishFirst: () => {
      gate.open();
      return readStreamedText(first.events());
    },
  };
}

const at = (position: number) => (told: ExchangeProgress) =>
  told.phase === 'queued' && told.position === position;

const firstWords = ({ upstream }: TestedServer) =>
  upstream.chatCalls.map((call) => sentMessages(call).at(-1)?.content);

const sendText = (client: Client, text: string, more?: Record<string, unknown>) =>
  client.send('POST', '/v1/messages', { body: requestOf(text, more) });

/** What happens while every slot is busy. */
export const queueCases: readonly ConformanceCase[] = [
  {
    id: 'queue.waits',
    title:
      'MUST let a request wait for a free slot, with message_start and pings, and answer when it is its turn',
    run: async (context) => {
      const { expect } = context;
      const busy = await createBusyServer(context);
      busy.upstream.answer(streamAnswer(...textAnswerChunks('sec', 'ond')));
      const second = await within(busy.client.messages(streamOf('second')), 2_000, 'a status line');
      const events = second.events();
      const types: unknown[] = [];
      for (let count = 0; count < 3; count++) types.push((await events.next()).value?.type);
      expect(types).toEqual(['message_start', 'ping', 'ping']);
      expect(firstWords(busy)).toEqual(['first']);
      expect(await busy.finishFirst()).toBe('first');
      expect(await readStreamedText(events)).toBe('second');
      expect(firstWords(busy)).toEqual(['first', 'second']);
    },
  },
  {
    id: 'queue.position',
    title: 'MUST tell the host the place in the queue, and how long each request waited',
    run: async (context) => {
      const { expect } = context;
      const busy = await createBusyServer(context);
      const second = sendText(busy.client, 'second');
      const { requestId } = await busy.progress.until(at(1), 'the second request is next');
      const third = sendText(busy.client, 'third');
      const last = await busy.progress.until(at(2), 'the third request is behind it');
      expect(last.requestId).not.toBe(requestId);
      await busy.finishFirst();
      const [next, behind] = await Promise.all([second.response, third.response]);
      expect([next.headers['request-id'], behind.headers['request-id']]).toEqual([requestId, last.requestId]);
      await Promise.all([next.text(), behind.text()]);
      const waited = [];
      for (let count = 0; count < 3; count++) waited.push(await busy.reports.next('three reports'));
      expect(waited.map(({ queuedMs }) => queuedMs > 0)).toEqual([false, true, true]);
      // It moved up when the one before it began.
      expect(
        busy.progress.items.flatMap((told) =>
          told.requestId === last.requestId && told.phase === 'queued' ? [told.position] : [],
        ),
      ).toEqual([2, 1]);
    },
  },
  {
    id: 'queue.background',
    title: 'MUST answer the turn that a user waits for before background work that came earlier',
    run: async (context) => {
      const busy = await createBusyServer(context);
      const probe = sendText(busy.client, 'probe', { max_tokens: 1 });
      await busy.progress.until(at(1), 'the probe waits');
      const turn = sendText(busy.client, 'turn');
      await busy.progress.until(at(2), 'the probe is overtaken');
      await busy.finishFirst();
      const answers = await Promise.all([turn.response, probe.response]);
      context.expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      context.expect(firstWords(busy)).toEqual(['first', 'turn', 'probe']);
    },
  },
  {
    id: 'queue.full',
    title: 'MUST refuse what finds the queue full with 529 and retry-after, streamed or not',
    run: async (context) => {
      const busy = await createBusyServer(context, { maxQueue: 1, graceMs: 2_000 });
      const second = sendText(busy.client, 'second');
      await busy.progress.until(at(1), 'the second request waits');
      for (const request of [requestOf('third'), streamOf('third')]) {
        const response = await busy.client.messages(request);
        await expectError(context, response, { status: 529, type: 'overloaded_error' });
        context.expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      }
      await busy.finishFirst();
      context.expect((await second.response).status).toBe(200);
      context.expect(firstWords(busy)).toEqual(['first', 'second']);
    },
  },
  {
    id: 'queue.leave',
    title: 'MUST free the place of a client that leaves the queue, and never ask the upstream for it',
    run: async (context) => {
      const busy = await createBusyServer(context, { maxQueue: 1 });
      for (const request of [requestOf('leaves'), streamOf('leaves')]) {
        const leaving = busy.client.send('POST', '/v1/messages', { body: request });
        await busy.progress.until(
          (told) => at(1)(told) && !busy.reports.items.some(({ requestId }) => requestId === told.requestId),
          'it waits',
        );
        leaving.destroy();
        context
          .expect(await busy.reports.next('the report of who left'))
          .toMatchObject({ outcome: 'aborted' });
      }
      const staying = sendText(busy.client, 'stays');
      await busy.finishFirst();
      const response = await staying.response;
      context.expect(response.status, await response.text()).toBe(200);
      context.expect(firstWords(busy)).toEqual(['first', 'stays']);
    },
  },
  {
    id: 'queue.slots',
    title: 'MUST NOT make a request wait while the upstream has a slot free, and take its slots as the limit',
    run: async ({ createServer, expect }) => {
      const progress = createCollected<ExchangeProgress>();
      const { client, upstream } = await createServer({ onProgress: progress.add }, { slots: 2 });
      const gate = createGate();
      upstream.on('POST /v1/chat/completions', () =>
        streamAnswer(gate.opened, ...textAnswerChunks('answer')),
      );
      const pending = ['one', 'two', 'three'].map((text) => sendText(client, text));
      await within(Promise.all([upstream.nextCall(), upstream.nextCall()]), 2_000, 'two run');
      await progress.until(at(1), 'the third waits');
      expect(upstream.chatCalls).toHaveLength(2);
      gate.open();
      const answers = await Promise.all(pending.map(({ response }) => response));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    },
  },
];
