import {
  tokensPerSecond,
  type ExchangeObserver,
  type ExchangeReport,
  type ExchangeStart,
} from '@llama-messages/core';
import type { ExchangeError, ExchangeSummary } from './api.ts';
import { captureJson } from './capture-json.ts';
import { toClientName } from './client-name.ts';
import { createEventLog } from './event-log.ts';
import type { ExchangeRecord } from './exchange-record.ts';
import type { ExchangeStore } from './exchange-store.ts';
import { toKeptHeaders } from './mask-headers.ts';
import { estimateSections, toPromptLengths } from './prompt-sections.ts';
import { toTitle } from './request-title.ts';

export interface RecorderOptions {
  readonly store: ExchangeStore;
  /** Of each part: the request, each chat request, the answer. */
  readonly maxPartBytes: number;
  readonly onChanged: (summary: ExchangeSummary) => void;
}

/** What a record takes besides what is captured. */
const recordBytes = 4_096;

/** Returns an observer that keeps what becomes of one exchange in the store, for as long as the store keeps it. */
export function recordExchange(start: ExchangeStart, options: RecorderOptions): ExchangeObserver {
  const { store, maxPartBytes, onChanged } = options;
  const { requestId: id, receivedAt, streamed, request, headers } = start;
  const record: ExchangeRecord = {
    summary: {
      id,
      receivedAt,
      client: toClientName(headers),
      title: toTitle(request),
      model: request.model,
      upstreamModel: undefined,
      streamed,
      state: 'starting',
      position: undefined,
      reading: undefined,
      tokens: undefined,
      firstTokenMs: undefined,
      tokensPerSecond: undefined,
      queuedMs: 0,
      durationMs: undefined,
      stopReason: undefined,
      error: undefined,
      attached: false,
      background: undefined,
      prefixBreak: undefined,
    },
    headers: toKeptHeaders(headers),
    request: captureJson(request, maxPartBytes),
    chatRequests: [],
    events: createEventLog(maxPartBytes),
    sections: undefined,
  };
  // As the times of the report are: without what capturing megabytes has taken.
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  store.add(record, record.request.json.length + recordBytes);
  onChanged(record.summary);

  function change(news: Partial<ExchangeSummary>): void {
    if (!store.has(id)) return;
    record.summary = { ...record.summary, ...news };
    onChanged(record.summary);
  }

  return {
    onProgress(wait) {
      switch (wait.phase) {
        case 'queued':
          return change({ state: 'queued', position: wait.position });
        case 'loading':
        case 'down':
          return change({ state: wait.phase, position: undefined });
        case 'prompt': {
          const { processed, cached, total } = wait;
          const state = record.summary.state === 'answering' ? 'answering' : 'prompt';
          return change({ state, position: undefined, reading: { processed, cached, total } });
        }
        default:
          wait satisfies never;
      }
    },
    onUpstreamRequest({ attempt, upstream, server, model, chat, queuedMs }) {
      if (!store.has(id)) return;
      const captured = captureJson(chat, maxPartBytes);
      const lengths = toPromptLengths(chat);
      record.chatRequests.push({ attempt, upstream, server, atMs: elapsed(), chat: captured, lengths });
      store.grow(id, captured.json.length);
      change({
        state: 'prompt',
        position: undefined,
        upstreamModel: model.id,
        queuedMs: Math.round(queuedMs),
      });
    },
    onOutput(text) {
      if (!store.has(id)) return;
      const wasSilent = record.events.firstPieceMs === undefined;
      store.grow(id, record.events.add(text, elapsed()));
      if (wasSilent && record.events.firstPieceMs !== undefined) {
        change({ state: 'answering', firstTokenMs: record.events.firstPieceMs });
      }
    },
    onEnd(report) {
      const { usage, upstreamModel } = report;
      const tokens = {
        input: usage.input_tokens,
        cached: usage.cache_read_input_tokens,
        output: usage.output_tokens,
      };
      const lengths = record.chatRequests.at(-1)?.lengths;
      if (lengths && tokens.input + tokens.cached > 0) {
        record.sections ??= estimateSections(lengths, tokens.input + tokens.cached);
      }
      change({
        state: report.outcome,
        position: undefined,
        upstreamModel: upstreamModel === '' ? undefined : upstreamModel,
        tokens,
        firstTokenMs: rounded(report.firstTokenMs),
        tokensPerSecond: tokensPerSecond(report),
        queuedMs: Math.round(report.queuedMs),
        durationMs: Math.round(report.durationMs),
        stopReason: report.stopReason,
        error: toError(report),
        attached: report.attached,
        background: report.conversation?.isBackground,
        prefixBreak: report.prefixBreak,
      });
    },
  };
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms);
}

function toError({ error }: ExchangeReport): ExchangeError | undefined {
  if (!error) return undefined;
  const { type, status, message, cause } = error;
  return { type, status, message, cause: cause instanceof Error ? cause.message.slice(0, 2_000) : undefined };
}
