import { errorReason } from './error-reason.ts';
import type { MessagesError } from './errors.ts';
import type { Logger } from './options.ts';
import type { ExchangeReport } from './report.ts';
import { tokensPerSecond } from './tokens-per-second.ts';

/** pino, and Fastify's logger, which is one: fields go first. */
interface StructuredLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What of an error was logged, so that the handler, which gets the same error later, does not log it again. */
const logged = new WeakSet<object>();

/** Returns whether {@link logExchange} has logged this error. */
export function wasLogged(error: MessagesError): boolean {
  return logged.has(error) || (isObject(error.cause) && logged.has(error.cause));
}

/**
 * Writes one line about an exchange that is over: `info`, or `warn` if it failed. pino gets the same as fields. There is
 * nothing of the prompt in it, nothing of the answer, and no key.
 *
 * @param logsAll - false leaves only failures that are not the client's
 */
export function logExchange(logger: Logger, report: ExchangeReport, logsAll: boolean): void {
  const { outcome, error } = report;
  if (outcome === 'failed') {
    if (!logsAll && error !== undefined && error.status < 500) return;
    if (error) logged.add(error);
    if (isObject(error?.cause)) logged.add(error.cause);
    if (isStructured(logger)) logger.warn(toFields(report), 'message failed');
    else logger.warn(toLine(report));
  } else if (logsAll) {
    if (isStructured(logger)) logger.info(toFields(report), `message ${outcome}`);
    else logger.info?.(toLine(report));
  }
}

/** By what only pino has: others have `child` too, but want their fields last. */
function isStructured(logger: Logger): logger is Logger & StructuredLogger {
  return logger.info !== undefined && 'bindings' in logger && typeof logger.bindings === 'function';
}

function toFields(report: ExchangeReport): object {
  const { error, usage } = report;
  return {
    requestId: report.requestId,
    outcome: report.outcome,
    requestedModel: report.model,
    model: report.upstreamModel || undefined,
    upstream: report.upstream,
    inputTokens: usage.input_tokens + usage.cache_read_input_tokens,
    cachedTokens: usage.cache_read_input_tokens,
    outputTokens: usage.output_tokens,
    firstTokenMs: round(report.firstTokenMs),
    tokensPerSecond: round(tokensPerSecond(report), 10),
    queuedMs: round(report.queuedMs),
    durationMs: round(report.durationMs),
    stopReason: report.stopReason,
    attached: report.attached || undefined,
    error: error && { type: error.type, status: error.status, message: errorReason(error) },
  };
}

function toLine(report: ExchangeReport): string {
  const { error, usage, outcome, requestId, queuedMs, firstTokenMs } = report;
  const input = usage.input_tokens + usage.cache_read_input_tokens;
  const rate = tokensPerSecond(report);
  const parts = [
    report.upstreamModel || report.model,
    input > 0 && `${input} tokens in (${usage.cache_read_input_tokens} cached)`,
    outcome === 'completed' && `${usage.output_tokens} out`,
    rate !== undefined && `${rate.toFixed(1)} tokens/s`,
    queuedMs >= 1 && `queued ${toSeconds(queuedMs)}`,
    firstTokenMs !== undefined && `first token after ${toSeconds(firstTokenMs)}`,
    `${toSeconds(report.durationMs)} in all`,
    report.attached && 'attached',
    outcome === 'completed' && report.stopReason,
    error && `${error.type} ${error.status}: ${errorReason(error)}`,
  ];
  return `llama-messages: ${requestId} ${outcome}: ${parts.filter(Boolean).join(', ')}`;
}

function toSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function round(value: number | undefined, parts = 1): number | undefined {
  return value === undefined ? undefined : Math.round(value * parts) / parts;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
