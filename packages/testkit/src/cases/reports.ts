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
  {
    id: 'reports.observed',
    title:
      'MUST tell observers what was asked, what was sent upstream and what was written, whatever they throw',
    run: async ({ createServer, expect }) => {
      for (const streamed of [false, true]) {
        const seen: string[] = [];
        let output = '';
        const ended = createCollected<ExchangeReport>();
        const failing = (): never => {
          throw new Error('an observer that fails');
        };
        const { client, upstream } = await createServer({
          onProgress: failing,
          onExchange: failing,
          observers: [
            failing,
            () => undefined,
            () => ({
              upstreamHeaders: failing,
              onProgress: failing,
              onUpstreamRequest: failing,
              onOutput: failing,
              onEnd: failing,
            }),
            ({ requestId, request, headers, streamed: asksForStream }) => {
              seen.push(`${request.model} ${headers.get('X-Test')} ${asksForStream}`);
              return {
                upstreamHeaders: () => ({ traceparent: `for ${requestId}` }),
                onUpstreamRequest: ({ upstream: name, server, chat, attempt }) =>
                  void seen.push(`${name} ${server} ${chat.messages.length} ${attempt}`),
                onOutput: (text) => {
                  output += text;
                },
                onEnd: ended.add,
              };
            },
          ],
        });
        upstream.answer(fixtureAnswer('stop-word'));
        const response = await client.messages(requestOf('Hello', { stream: streamed }), {
          'x-test': 'yes',
        });
        const text = await response.text();
        const report = await ended.next('a report');
        expect(seen).toEqual([`${askedModel} yes ${streamed}`, 'default llama-server 1 1']);
        expect(text).toContain(streamed ? 'message_stop' : 'end_turn');
        expect(output).toBe(text);
        expect(report).toMatchObject({ outcome: 'completed', requestId: response.headers['request-id'] });
        expect((await upstream.nextCall()).headers['traceparent']).toBe(`for ${report.requestId}`);
      }
    },
  },
  {
    id: 'reports.logger-fails',
    title: 'MUST answer although the logger throws',
    run: async ({ createServer, expect }) => {
      const fail = (): never => {
        throw new Error('the worker has exited');
      };
      const logger = { info: fail, warn: fail, error: fail };
      const { client, upstream } = await createServer({ logger, onExchange: fail });
      for (const streamed of [false, true]) {
        upstream.answer(fixtureAnswer('stop-word'));
        const answered = await client.messages(requestOf('Hello', { stream: streamed }));
        expect(await answered.text()).toContain('end_turn');
      }
      const refusing = await createServer({ logger, auth: fail });
      const refused = await refusing.client.messages(requestOf('Hello'));
      expect(refused.status).toBe(500);
      expect(await refused.json()).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    },
  },
];
