import {
  errorReason,
  type ExchangeObserver,
  type ExchangeReport,
  type ExchangeStart,
} from '@llama-messages/core';
import {
  type Attributes,
  type Context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { toEndAttributes, toStartAttributes } from './attributes.ts';
import type { RecordMetrics } from './instruments.ts';

/** What an exchange is told to while it goes on. Its phases become spans when it is over and all of their times are known. */
export function observeExchange(
  start: ExchangeStart,
  parent: Context,
  tracer: Tracer,
  recordMetrics: RecordMetrics,
): ExchangeObserver {
  const now = createClock(start.receivedAt);
  const span = tracer.startSpan(
    'chat',
    { kind: SpanKind.CLIENT, startTime: start.receivedAt, attributes: toStartAttributes(start) },
    parent,
  );
  const spanContext = trace.setSpan(parent, span);
  let queued: { readonly at: number; readonly position: number } | undefined;
  let sentAt: number | undefined;
  let provider: string | undefined;
  let lastWait: string | undefined;

  function addPhase(name: string, startTime: number, endTime: number, attributes: Attributes = {}): void {
    tracer.startSpan(name, { startTime, attributes }, spanContext).end(Math.max(startTime, endTime));
  }

  function addPhases({ firstTokenMs, outcome }: ExchangeReport, endedAt: number): void {
    if (queued) {
      const attributes = { 'llama_messages.queue.position': queued.position };
      addPhase('queue', queued.at, sentAt ?? endedAt, attributes);
    }
    if (sentAt === undefined) return;
    if (firstTokenMs !== undefined) {
      const firstTokenAt = Math.max(sentAt, start.receivedAt + firstTokenMs);
      addPhase('prefill', sentAt, firstTokenAt);
      addPhase('decode', firstTokenAt, endedAt);
    } else if (outcome !== 'completed') addPhase('prefill', sentAt, endedAt);
  }

  return {
    upstreamHeaders() {
      const headers: Record<string, string> = {};
      propagation.inject(spanContext, headers);
      return headers;
    },
    onProgress(progress) {
      switch (progress.phase) {
        case 'queued':
          queued ??= { at: now(), position: progress.position };
          break;
        case 'loading':
        case 'down':
          if (lastWait !== progress.phase)
            span.addEvent(`llama_messages.upstream_${progress.phase}`, {}, now());
          lastWait = progress.phase;
          break;
        case 'prompt':
          break;
        default:
          progress satisfies never;
      }
    },
    onUpstreamRequest({ upstream, server, model, attempt }) {
      sentAt ??= now();
      provider = server;
      // Not by the name that the client asks for, as the conventions have it: names of spans must be few.
      span.updateName(`chat ${model.id}`);
      span.setAttributes({ 'gen_ai.provider.name': server, 'llama_messages.upstream': upstream });
      if (attempt > 1) span.addEvent('llama_messages.second_attempt', {}, now());
    },
    onEnd(report) {
      const endedAt = now();
      if (span.isRecording()) addPhases(report, endedAt);
      span.setAttributes(toEndAttributes(report));
      if (report.error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: errorReason(report.error) });
      }
      span.end(endedAt);
      recordMetrics(report, provider);
    },
  };
}

/** Returns a clock of milliseconds since the epoch that goes on evenly, so that no phase overtakes another. */
function createClock(startedAt: number): () => number {
  const origin = performance.now();
  return () => startedAt + (performance.now() - origin);
}
