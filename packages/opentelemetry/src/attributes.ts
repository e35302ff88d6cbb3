import type { Attributes } from '@opentelemetry/api';
import type { ExchangeReport, ExchangeStart } from '@llama-messages/core';

/**
 * Returns what is known of an exchange when it begins, which is what samplers see.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 */
export function toStartAttributes({ request, requestId, streamed }: ExchangeStart): Attributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': request.model,
    'gen_ai.request.max_tokens': request.max_tokens,
    ...(streamed && { 'gen_ai.request.stream': true }),
    ...given('gen_ai.request.temperature', request.temperature),
    ...given('gen_ai.request.top_p', request.top_p),
    ...given('gen_ai.request.top_k', request.top_k),
    ...((request.output_config?.format ?? request.output_format) && { 'gen_ai.output.type': 'json' }),
    'llama_messages.request_id': requestId,
  };
}

/** Returns what is known of an exchange when it is over. */
export function toEndAttributes(report: ExchangeReport): Attributes {
  const { usage, prefixBreak, conversation, error, firstTokenMs } = report;
  const session = /^session:(.+)$/s.exec(conversation?.id ?? '')?.[1];
  return {
    ...(report.upstreamModel !== '' && { 'gen_ai.response.model': report.upstreamModel }),
    ...(report.stopReason && { 'gen_ai.response.finish_reasons': [report.stopReason] }),
    'gen_ai.usage.input_tokens': usage.input_tokens + usage.cache_read_input_tokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cache_read_input_tokens,
    'gen_ai.usage.output_tokens': usage.output_tokens,
    ...given('gen_ai.usage.reasoning.output_tokens', usage.output_tokens_details?.thinking_tokens),
    ...given('gen_ai.conversation.id', session),
    ...(report.streamed && given('gen_ai.response.time_to_first_chunk', toSeconds(firstTokenMs))),
    ...(error && { 'error.type': error.type }),
    'llama_messages.outcome': report.outcome,
    ...(report.attached && { 'llama_messages.attached': true }),
    ...given('llama_messages.prefix_break', prefixBreak?.where),
  };
}

function given(name: string, value: string | number | null | undefined): Attributes {
  return value === undefined || value === null ? {} : { [name]: value };
}

function toSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
