import { Readable } from 'node:stream';
import { type ExchangeReport, type HandlerResponse, createMessagesHandler } from '@llama-messages/core';
import { toFetchHandler } from '@llama-messages/core/fetch';
import { expect, onTestFinished, test } from 'vitest';
import { streamAnswer } from './answer.ts';
import { progressChunk, textChunk } from './chat-chunks.ts';
import { createCollected } from './collected.ts';
import { streamOf } from './conformance-case.ts';
import { createGate, within } from './gate.ts';
import { createScriptedLlamaServer } from './scripted-llama-server.ts';

type Body = AsyncIterable<string>;

/** What hosts do with a stream whose client has left before its first byte. */
const hosts: readonly (readonly [how: string, drop: (body: Body) => unknown])[] = [
  ['never look at it', () => {}],
  ['destroy the Readable made of it', (body) => Readable.from(body).destroy()],
  ['return its iterator', (body) => body[Symbol.asyncIterator]().return?.()],
];

test.each(hosts)(
  'a stream that nobody reads frees its slot and is reported, if hosts %s',
  async (_how, drop) => {
    const upstream = await createScriptedLlamaServer();
    onTestFinished(() => upstream.close());
    const reports = createCollected<ExchangeReport>();
    const handler = createMessagesHandler({
      upstream: upstream.url,
      concurrency: 1,
      onExchange: reports.add,
    });
    const send = (signal: AbortSignal): Promise<HandlerResponse> =>
      handler.handle({
        method: 'POST',
        path: '/v1/messages',
        headers: { get: () => undefined },
        body: () => streamOf('Hello'),
        signal,
      });
    upstream.answer(streamAnswer(progressChunk(10, 0), textChunk('x'), createGate().opened));
    const client = new AbortController();
    const { body } = await send(client.signal);
    const call = await upstream.nextCall();
    await drop(body as Body);
    client.abort();
    await within(call.closed, 1_000, 'the model server is stopped');
    expect(await reports.next('a report')).toMatchObject({ outcome: 'aborted' });
    await send(new AbortController().signal);
    await within(upstream.nextCall(), 1_000, 'the next request has the slot');
  },
);

test('a stream of the fetch handler that is cancelled has stopped its exchange when that promise resolves', async () => {
  const upstream = await createScriptedLlamaServer();
  onTestFinished(() => upstream.close());
  const reports: ExchangeReport[] = [];
  const handle = toFetchHandler(
    createMessagesHandler({ upstream: upstream.url, onExchange: (report) => void reports.push(report) }),
  );
  upstream.answer(streamAnswer(textChunk('x'), createGate().opened));
  const { body } = await handle(
    new Request('http://host/v1/messages', { method: 'POST', body: JSON.stringify(streamOf('Hello')) }),
  );
  const call = await upstream.nextCall();
  const reader = body?.getReader();
  await reader?.read();

  await reader?.cancel();
  expect(reports).toMatchObject([{ outcome: 'aborted' }]);
  await within(call.closed, 1_000, 'the model server is stopped');
});
