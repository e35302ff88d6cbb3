import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Which model answered. Both are names that the host or its model servers chose, so there are few of them. */
export const modelLabels = ['upstream', 'model'] as const;
export type ModelLabel = (typeof modelLabels)[number];

/** From a prompt that is cached to one of 100 000 tokens that a CPU reads. */
const firstTokenSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];
const durationSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1280];
const waitSeconds = [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];
const tokensPerSecond = [1, 2.5, 5, 10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 1280];
const ratios = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

/** Everything that is measured. */
export type Instruments = ReturnType<typeof createInstruments>;

/**
 * Returns the metrics, registered.
 * @throws Error of prom-client if the registry has metrics of these names already
 */
export function createInstruments(register: Registry) {
  const registers = [register];
  const counter = <Label extends string = never>(name: string, help: string, labels: readonly Label[]) =>
    new Counter({ name: `llama_messages_${name}`, help, labelNames: [...modelLabels, ...labels], registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `llama_messages_${name}`, help, labelNames: modelLabels, buckets, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `llama_messages_${name}`, help, labelNames, registers });

  return {
    requests: counter('requests_total', 'Requests for a message that are over, by how they ended', [
      'outcome',
    ]),
    errors: counter('errors_total', 'Failed requests for a message, by the kind of error', ['type']),
    inputTokens: counter('input_tokens_total', 'Tokens of prompts, cached ones included', []),
    cachedTokens: counter('cached_input_tokens_total', 'Tokens of prompts that were not read again', []),
    outputTokens: counter('output_tokens_total', 'Tokens of answers', []),
    prefixBreaks: counter(
      'prefix_breaks_total',
      'Prompts that did not continue the one before, so that it was read again from there',
      ['where'],
    ),
    duration: histogram(
      'request_duration_seconds',
      'From the request to the end of its answer, completed ones only',
      durationSeconds,
    ),
    firstToken: histogram(
      'time_to_first_token_seconds',
      'From the request to its first token, waiting included, completed ones only',
      firstTokenSeconds,
    ),
    tokenRate: histogram(
      'output_tokens_per_second',
      'Tokens per second of one answer after its first token, completed ones only',
      tokensPerSecond,
    ),
    reuse: histogram(
      'prompt_reused_ratio',
      'Part of a prompt that was not read again, completed requests only',
      ratios,
    ),
    queueWait: histogram('queue_wait_seconds', 'Time in the queue of requests that were sent', waitSeconds),
    inFlight: gauge('requests_in_flight', 'Requests for a message that are not over', []),
    queued: gauge('queue_length', 'Requests that wait for a slot', []),
    busy: gauge('slots_busy', 'Requests that a model server works on', modelLabels),
    slots: gauge('slots', 'Requests that the model server works on at the same time', modelLabels),
  };
}
