import type { ExchangeStart, HeaderReader, Observe } from '@llama-messages/core';
import {
  type Context,
  context,
  type MeterProvider,
  metrics,
  propagation,
  type TextMapGetter,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import { observeExchange } from './observe-exchange.ts';
import { createMetricsRecorder, type RecordMetrics } from './instruments.ts';

export interface OpenTelemetryOptions {
  /** @defaultValue the global one, which an OpenTelemetry SDK registers */
  readonly tracerProvider?: TracerProvider | undefined;
  /** @defaultValue the global one, as it is when the first request comes */
  readonly meterProvider?: MeterProvider | undefined;
}

const scope = '@llama-messages/opentelemetry';

/** W3C's and Jaeger's propagators ask for headers by name; there is no list of them. */
const headerGetter: TextMapGetter<HeaderReader> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: () => [],
};

/**
 * Returns what makes a span of every request for a message, and metrics, by the conventions for generative AI. The span
 * continues the trace that the host's own instrumentation has begun, or else the one that the client's `traceparent`
 * names, and the model server is asked with a `traceparent` of it. Without an OpenTelemetry SDK, nothing happens.
 *
 * Spans hold no prompts, no answers and no keys.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/
 * @example
 * ```ts
 * import express from 'express';
 * import { llamaMessages } from '@llama-messages/express';
 * import { openTelemetry } from '@llama-messages/opentelemetry';
 *
 * const app = express();
 * app.use(llamaMessages({ upstream: 'http://127.0.0.1:8080', observers: [openTelemetry()] }));
 * app.listen(8787);
 * ```
 */
export function openTelemetry({ tracerProvider, meterProvider }: OpenTelemetryOptions = {}): Observe {
  const tracer = (tracerProvider ?? trace).getTracer(scope);
  let recordMetrics: RecordMetrics | undefined;
  return (start) => {
    // A meter of a global provider that is not there yet would do nothing for ever.
    recordMetrics ??= createMetricsRecorder((meterProvider ?? metrics).getMeter(scope));
    return observeExchange(start, toParent(start), tracer, recordMetrics);
  };
}

function toParent({ headers }: ExchangeStart): Context {
  const active = context.active();
  return trace.getSpan(active) ? active : propagation.extract(active, headers, headerGetter);
}
