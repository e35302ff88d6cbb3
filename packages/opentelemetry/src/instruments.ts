import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { type ExchangeReport, tokensPerSecond } from '@llama-messages/core';

/** Records what an exchange cost, when it is over. */
export type RecordMetrics = (report: ExchangeReport, provider: string | undefined) => void;

// The conventions' boundaries, and beyond their ends: prompts of agents take a CPU minutes.
const durationSeconds = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68,
  655.36, 1310.72,
];
const firstTokenSeconds = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 320,
  640,
];
const perTokenSeconds = [
  0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
];
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];

/**
 * Returns what records the metrics of the conventions for generative AI that a model server reports, and its usage of
 * tokens. They have no `gen_ai.request.model`: clients may ask for any name, and each would be a series of its own.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/
 */
export function createMetricsRecorder(meter: Meter): RecordMetrics {
  const histogram = (name: string, unit: string, description: string, boundaries: number[]): Histogram =>
    meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: boundaries } });
  const usage = histogram('gen_ai.client.token.usage', '{token}', 'Tokens of prompts and answers', tokens);
  const duration = histogram(
    'gen_ai.server.request.duration',
    's',
    'From the request to the end of its answer',
    durationSeconds,
  );
  const firstToken = histogram(
    'gen_ai.server.time_to_first_token',
    's',
    'From the request to the first token of its answer',
    firstTokenSeconds,
  );
  const perToken = histogram(
    'gen_ai.server.time_per_output_token',
    's',
    'Time of each token after the first one',
    perTokenSeconds,
  );

  return (report, provider) => {
    const { outcome, error, firstTokenMs } = report;
    const attributes: Attributes = {
      'gen_ai.operation.name': 'chat',
      ...(provider !== undefined && { 'gen_ai.provider.name': provider }),
      ...(report.upstreamModel !== '' && { 'gen_ai.response.model': report.upstreamModel }),
    };
    duration.record(report.durationMs / 1_000, {
      ...attributes,
      'llama_messages.outcome': outcome,
      ...(error && { 'error.type': error.type }),
    });
    const inputTokens = report.usage.input_tokens + report.usage.cache_read_input_tokens;
    if (inputTokens > 0) usage.record(inputTokens, { ...attributes, 'gen_ai.token.type': 'input' });
    if (report.usage.output_tokens > 0) {
      usage.record(report.usage.output_tokens, { ...attributes, 'gen_ai.token.type': 'output' });
    }
    if (outcome !== 'completed') return;
    if (firstTokenMs !== undefined) firstToken.record(firstTokenMs / 1_000, attributes);
    const rate = tokensPerSecond(report);
    if (rate !== undefined) perToken.record(1 / rate, attributes);
  };
}
