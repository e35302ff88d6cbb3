import { cutStreamAnswer, fixtureAnswer, progressChunk, requestOf, textChunk } from '@llama-messages/testkit';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, onTestFinished, test } from 'vitest';
import { openTelemetry } from './index.ts';
import { start } from './test-app.ts';

test('metrics by the conventions', async () => {
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter });
  const meterProvider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => meterProvider.shutdown());
  const { client, upstream } = await start('express', { observers: [openTelemetry({ meterProvider })] });
  upstream.answer(
    fixtureAnswer('stop-word'),
    fixtureAnswer('error-overflow'),
    cutStreamAnswer(progressChunk(10, 0, 10), textChunk('It breaks off')),
  );
  for (let request = 0; request < 3; request += 1) {
    await (await client.messages(requestOf('Hello', { stop_sequences: ['5'] }))).text();
  }
  await reader.forceFlush();
  const points = metricExporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics)
    .flatMap(({ descriptor: { name, unit }, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({ name, unit, attributes, value })),
    );
  const model = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'llama-server',
    'gen_ai.response.model': 'demo-model-q8_0.gguf',
  };
  const once = expect.objectContaining({ count: 1 }) as unknown;
  const point = (name: string, unit: string, attributes: object = {}, value = once) => ({
    name: `gen_ai.${name}`,
    unit,
    attributes: { ...model, ...attributes },
    value,
  });
  const sum = (count: number, total: number) => expect.objectContaining({ count, sum: total }) as unknown;
  const failed = (type: string) => ({ 'llama_messages.outcome': 'failed', 'error.type': type });
  expect(points).toHaveLength(7);
  expect(points).toEqual(
    expect.arrayContaining([
      point('client.token.usage', '{token}', { 'gen_ai.token.type': 'input' }, sum(2, 30)),
      point('client.token.usage', '{token}', { 'gen_ai.token.type': 'output' }, sum(1, 13)),
      point('server.request.duration', 's', { 'llama_messages.outcome': 'completed' }),
      point('server.request.duration', 's', failed('invalid_request_error')),
      point('server.request.duration', 's', failed('api_error')),
      point('server.time_to_first_token', 's'),
      point('server.time_per_output_token', 's'),
    ]),
  );
});
