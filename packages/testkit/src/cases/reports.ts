import type { ExchangeReport } from '@llama-messages/core';
import { afterAnswer, cutStreamAnswer, fixtureAnswer, streamAnswer } from '../answer.ts';
import { progressChunk, textChunk } from '../chat-chunks.ts';
import { createCollected } from '../collected.ts';
import { type ConformanceCase, askedModel, requestOf, streamOf } from '../conformance-case.ts';
import { createGate } from '../gate.ts';

/** Returns options that collect reports, and a way to wait for the next one. */
function createReports() {
  const { items, add, next } = createCollected<ExchangeReport>();
  return { options: { onExchange: add }, reports: items, next: () => next('a report') };
}

/** What the host is told about each exchange. */
export const reportCases: readonly ConformanceCase[] = [
  {
    id: 'reports.once',
    title: 'MUST report each exchange once, with the true counts and the id that the client got',
    run: async ({ createServer, expect }) => {
      const { options, reports, next } = createReports();
      const { client, upstream } = await createServer(options);
      for (const streamed of [false, true]) {
        upstream.answer(fixtureAnswer('stop-word'));
        const response = await client.messages(
          requestOf('Hello', { stream: streamed, stop_sequences: ['5'] }),
        );
        await response.text();
        expect(await next()).toMatchObject({
          requestId: response.headers['request-id'],
          model: askedModel,
          upstreamModel: 'demo-model-q8_0.gguf',
          streamed,
          outcome: 'completed',
          stopReason: 'stop_sequence',
          usage: { input_tokens: 10, cache_read_input_tokens: 10, output_tokens: 13 },
        });
      }
      expect(reports).toHaveLength(2);
    },
  },
  {
    id: 'reports.failed-and-aborted',
    title: 'MUST tell failed from aborted exchanges',
    run: async ({ createServer, expect }) => {
      const { options, next } = createReports();
      const { client, upstream } = await createServer(options);
      upstream.answer(fixtureAnswer('error-overflow'), cutStreamAnswer(progressChunk(10, 0), textChunk('a')));
      await (await client.messages(streamOf('Hello'))).text();
      expect(await next()).toMatchObject({ outcome: 'failed', error: { type: 'invalid_request_error' } });
      await (await client.messages(streamOf('Hello'))).text();
      expect(await next()).toMatchObject({ outcome: 'failed' });
      await Promise.all([upstream.nextCall(), upstream.nextCall()]);
      for (const request of [requestOf('Hello'), streamOf('Hello')]) {
        upstream.answer(afterAnswer(createGate().opened, streamAnswer()));
        const pending = client.send('POST', '/v1/messages', { body: request });
        await upstream.nextCall();
        pending.destroy();
        expect(await next()).toMatchObject({ outcome: 'aborted' });
      }
    },
  },
];
