import { createServer } from 'node:http';
import { llamaMessages } from '@llama-messages/express';
import {
  afterAnswer,
  askedModel,
  createClient,
  createGate,
  createScriptedLlamaServer,
  errorAnswer,
  fixtureAnswer,
  listen,
  requestOf,
  streamOf,
} from '@llama-messages/testkit';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import express from 'express';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openTelemetry } from './index.ts';
import { frameworks, start } from './test-app.ts';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  provider.register();
  return async () => {
    await provider.shutdown();
    trace.disable();
    context.disable();
    propagation.disable();
  };
});
beforeEach(() => exporter.reset());

function spansNamed(name: string): ReadableSpan[] {
  return exporter.getFinishedSpans().filter((span) => span.name === name);
}

function onlySpan(name: string): ReadableSpan {
  const [span, another] = spansNamed(name);
  if (!span || another) {
    throw new Error(
      `not one span ${name}: ${exporter
        .getFinishedSpans()
        .map((each) => each.name)
        .join()}`,
    );
  }
  return span;
}

const answered = 'chat demo-model-q8_0.gguf';
const incoming = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${incoming.traceId}-${incoming.spanId}-01`;

describe.each(frameworks)('%s', (framework) => {
  test.each([true, false])('a span by the conventions, streamed: %s', async (streamed) => {
    const { client, upstream } = await start(framework);
    upstream.answer(fixtureAnswer('stop-word'));
    const body = requestOf('a secret prompt', {
      stream: streamed,
      stop_sequences: ['5'],
      max_tokens: 99,
      temperature: 0.5,
    });
    const response = await client.messages(body, {
      traceparent,
      tracestate: 'vendor=1',
      'x-claude-code-session-id': 'session-1',
    });
    await response.text();

    const span = onlySpan(answered);
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'llama-server',
      'gen_ai.conversation.id': 'session-1',
      'gen_ai.request.model': askedModel,
      'gen_ai.request.max_tokens': 99,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.response.model': 'demo-model-q8_0.gguf',
      'gen_ai.response.finish_reasons': ['stop_sequence'],
      'gen_ai.usage.input_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 10,
      'gen_ai.usage.output_tokens': 13,
      ...(streamed && {
        'gen_ai.request.stream': true,
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
      }),
      'llama_messages.request_id': response.headers['request-id'],
      'llama_messages.upstream': 'default',
      'llama_messages.outcome': 'completed',
    });

    // The client's trace goes on, up to the model server.
    expect(span.parentSpanContext).toMatchObject(incoming);
    const { headers } = await upstream.nextCall();
    const { traceId, spanId } = span.spanContext();
    expect(headers['traceparent']).toBe(`00-${traceId}-${spanId}-01`);
    expect(headers['tracestate']).toBe('vendor=1');
    expect(traceId).toBe(incoming.traceId);

    const phases = ['prefill', 'decode'].map((name) => onlySpan(name));
    for (const phase of phases) expect(phase.parentSpanContext?.spanId).toBe(spanId);
    expect(JSON.stringify(exporter.getFinishedSpans().map((each) => each.attributes))).not.toContain(
      'secret',
    );
  });

  test('errors by kind, before and without a model', async () => {
    const { client, upstream } = await start(framework);
    upstream.answer(fixtureAnswer('error-overflow'));
    await (await client.messages(streamOf('Hello'))).text();
    const refused = onlySpan(answered);
    expect(refused.status.code).toBe(SpanStatusCode.ERROR);
    expect(refused.status.message).toMatch(/^prompt is too long/);
    expect(refused.attributes).toMatchObject({
      'error.type': 'invalid_request_error',
      'llama_messages.outcome': 'failed',
    });

    const down = await start(framework, { upstream: 'http://127.0.0.1:1' });
    await (await down.client.messages(requestOf('Hello'))).text();
    expect(onlySpan('chat').attributes).toMatchObject({ 'error.type': 'overloaded_error' });
  });
});

test("continues the host's trace rather than the client's, where the host has one", async () => {
  const upstream = await createScriptedLlamaServer();
  const messages = llamaMessages({ upstream: upstream.url, observers: [openTelemetry()] });
  const app = express();
  app.use((_req, res, next) => {
    trace.getTracer('host').startActiveSpan('POST', (span) => {
      res.once('close', () => span.end());
      next();
    });
  });
  const server = await listen(createServer(app.use(messages)), () => messages.close());
  onTestFinished(async () => {
    await server.close();
    await upstream.close();
  });
  await (await createClient(server.url).messages(streamOf('Hello'), { traceparent })).text();
  await expect.poll(() => spansNamed('POST')).toHaveLength(1);
  expect(onlySpan(answered).parentSpanContext?.spanId).toBe(onlySpan('POST').spanContext().spanId);
});

test('time in the queue is a span of its own', async () => {
  const queued = createGate();
  const { client, upstream } = await start('express', {
    onProgress: ({ phase }) => void (phase === 'queued' && queued.open()),
  });
  const gate = createGate();
  upstream.answer(afterAnswer(gate.opened, fixtureAnswer('text')));
  const first = client.messages(requestOf('First'));
  await upstream.nextCall();
  const second = client.messages(requestOf('Second'));
  await queued.opened;
  gate.open();
  for (const response of [await first, await second]) await response.text();
  const queue = onlySpan('queue');
  expect(queue.attributes).toEqual({ 'llama_messages.queue.position': 1 });
  const { spanId } = spansNamed(answered)[1]?.spanContext() ?? {};
  expect(queue.parentSpanContext?.spanId).toBe(spanId);
});

test('a client that leaves is no error', async () => {
  const { client, upstream } = await start('express');
  upstream.answer(afterAnswer(createGate().opened, fixtureAnswer('text')));
  const pending = client.send('POST', '/v1/messages', { body: requestOf('Hello') });
  await upstream.nextCall();
  pending.destroy();
  await expect.poll(() => spansNamed(answered)).toHaveLength(1);
  const { status, attributes } = onlySpan(answered);
  expect(status.code).toBe(SpanStatusCode.UNSET);
  expect(attributes['llama_messages.outcome']).toBe('aborted');
});

test('waiting for the model and second attempts are events, and what broke the prefix is told', async () => {
  const { client, upstream } = await start('express');
  const send = async (system: string) =>
    (await client.messages(requestOf('Hello', { system }), { 'x-claude-code-session-id': 'one' })).text();
  await send('A');
  exporter.reset();
  upstream.answer(
    errorAnswer(503, 'unavailable_error', 'Loading model'),
    errorAnswer(500, 'server_error', 'Failed to parse input at pos 3: a secret'),
    fixtureAnswer('text'),
  );
  await send('B');
  const { events, attributes, status } = onlySpan(answered);
  expect(events.map(({ name }) => name)).toEqual([
    'llama_messages.upstream_loading',
    'llama_messages.second_attempt',
  ]);
  expect(attributes['llama_messages.prefix_break']).toBe('system');
  expect(status.code).toBe(SpanStatusCode.UNSET);
});
