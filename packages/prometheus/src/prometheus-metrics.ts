import {
  type ExchangeObserver,
  type ExchangeReport,
  type Observe,
  tokensPerSecond,
} from '@llama-messages/core';
import { Registry } from 'prom-client';
import { createInstruments, type Instruments, type ModelLabel } from './instruments.ts';
import { createLabelLimit } from './label-limit.ts';

export interface PrometheusMetricsOptions {
  /**
   * Where the metrics are registered, such as prom-client's own `register`, beside the host's.
   * @defaultValue a registry of their own
   */
  readonly register?: Registry | undefined;
}

/** What {@link prometheusMetrics} returns. */
export interface PrometheusMetrics {
  /** Belongs into the option `observers`, of one adapter or of several that are to be counted together. */
  readonly observe: Observe;
  /** Returns what `GET /metrics` answers: everything in the registry. */
  metrics(): Promise<string>;
  /** The content type of {@link PrometheusMetrics.metrics}. */
  readonly contentType: string;
}

const outcomes: readonly ExchangeReport['outcome'][] = ['completed', 'failed', 'aborted'];

/** A function in the option `models` may hand on whatever name a client asks for. */
const mostModels = 100;

/**
 * Returns metrics of every request for a message: requests and errors, tokens, time to the first token, tokens per
 * second, queue and slots. Labels are names of upstreams and models, never what a client sent.
 *
 * @throws Error of prom-client if the registry has metrics of these names already
 * @example
 * ```ts
 * import express from 'express';
 * import { llamaMessages } from '@llama-messages/express';
 * import { prometheusMetrics } from '@llama-messages/prometheus';
 *
 * const { observe, metrics, contentType } = prometheusMetrics();
 * const app = express();
 * app.use(llamaMessages({ upstream: 'http://127.0.0.1:8080', observers: [observe] }));
 * app.get('/metrics', async (_req, res) => res.type(contentType).send(await metrics()));
 * app.listen(8787);
 * ```
 */
export function prometheusMetrics({
  register = new Registry(),
}: PrometheusMetricsOptions = {}): PrometheusMetrics {
  const instruments = createInstruments(register);
  const toModel = createLabelLimit(mostModels);
  return {
    observe: () => observeExchange(instruments, toModel),
    metrics: () => register.metrics(),
    contentType: register.contentType,
  };
}

function observeExchange(instruments: Instruments, toModel: (model: string) => string): ExchangeObserver {
  let isQueued = false;
  let busy: Record<ModelLabel, string> | undefined;
  instruments.inFlight.inc();

  function leaveQueue(): void {
    if (isQueued) instruments.queued.dec();
    isQueued = false;
  }

  return {
    onProgress({ phase }) {
      if (phase !== 'queued' || isQueued) return;
      isQueued = true;
      instruments.queued.inc();
    },
    onUpstreamRequest({ upstream, model, queuedMs }) {
      leaveQueue();
      if (busy) return;
      busy = { upstream, model: toModel(model.id) };
      instruments.busy.inc(busy);
      instruments.queueWait.observe(busy, queuedMs / 1_000);
      if (model.slots !== undefined) instruments.slots.set(busy, model.slots);
      // `rate()` does not see a series begin with 1, such as the only failure of a day.
      for (const outcome of outcomes) instruments.requests.inc({ ...busy, outcome }, 0);
    },
    onEnd(report) {
      leaveQueue();
      instruments.inFlight.dec();
      if (busy) instruments.busy.dec(busy);
      count(instruments, report, {
        upstream: report.upstream ?? 'none',
        model: report.upstreamModel === '' ? 'none' : toModel(report.upstreamModel),
      });
    },
  };
}

function count(instruments: Instruments, report: ExchangeReport, labels: Record<ModelLabel, string>): void {
  const { outcome, error, usage, firstTokenMs, prefixBreak, attached } = report;
  instruments.requests.inc({ ...labels, outcome });
  if (outcome === 'failed') instruments.errors.inc({ ...labels, type: error?.type ?? 'api_error' });
  const inputTokens = usage.input_tokens + usage.cache_read_input_tokens;
  instruments.outputTokens.inc(labels, usage.output_tokens);
  // The prompt of a request that got the answer of an identical one was read once.
  if (!attached) {
    instruments.inputTokens.inc(labels, inputTokens);
    instruments.cachedTokens.inc(labels, usage.cache_read_input_tokens);
    if (prefixBreak) instruments.prefixBreaks.inc({ ...labels, where: prefixBreak.where });
  }
  if (outcome !== 'completed') return;
  instruments.duration.observe(labels, report.durationMs / 1_000);
  if (firstTokenMs !== undefined) instruments.firstToken.observe(labels, firstTokenMs / 1_000);
  const rate = tokensPerSecond(report);
  if (rate !== undefined) instruments.tokenRate.observe(labels, rate);
  if (inputTokens > 0) instruments.reuse.observe(labels, usage.cache_read_input_tokens / inputTokens);
}
