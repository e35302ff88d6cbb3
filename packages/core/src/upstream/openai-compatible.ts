import { httpClient as platformClient } from '#http-client';
import type { ChatMessage, ChatRequest } from '../chat/types.ts';
import { estimateTokens } from '../convert/estimate-tokens.ts';
import { createApiClient } from './api-client.ts';
import { isNotServed } from './errors.ts';
import type { HttpClient } from './http-client.ts';
import { type OpenaiDialect, type OpenaiServer, dialects } from './dialects.ts';
import type { Upstream, UpstreamModel, UpstreamTraits } from './upstream.ts';

export interface OpenaiCompatibleOptions {
  /** Such as `http://127.0.0.1:8000`; a trailing `/v1` does no harm. */
  readonly url: string | URL;
  readonly apiKey?: string | undefined;
  /** More headers for every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Which server it is; decides the fields that are sent.
   * @defaultValue `'openai'`, which sends OpenAI's own fields only
   */
  readonly server?: OpenaiServer | undefined;
  /** The context window in tokens, for servers that do not tell it. */
  readonly contextWindow?: number | undefined;
  /** Corrects what is assumed of the server. */
  readonly traits?: UpstreamTraits | undefined;
  /** @defaultValue `node:http` without time limits on Node, else `fetch` */
  readonly httpClient?: HttpClient | undefined;
}

type ListedModel = Record<string, unknown> & { id?: string; created?: number };

/**
 * Returns an upstream for any server with OpenAI's chat completions: vLLM, SGLang, Ollama, LM Studio, and others.
 *
 * @example
 * ```ts
 * import { createMessagesHandler, openaiCompatible } from '@llama-messages/core';
 *
 * createMessagesHandler({ upstream: openaiCompatible({ url: 'http://127.0.0.1:8000', server: 'vllm' }) });
 * ```
 */
export function openaiCompatible(options: OpenaiCompatibleOptions): Upstream {
  const dialect = dialects[options.server ?? 'openai'];
  const api = createApiClient({ ...options, httpClient: options.httpClient ?? platformClient });

  return {
    name: dialect.name,
    traits: { ...dialect.traits, ...options.traits },
    stream: (request, call) =>
      api.chat({ stream: true, stream_options: { include_usage: true }, ...toBody(request, dialect) }, call),
    async countTokens(request, call) {
      const estimate = { tokens: estimateTokens(request), exact: false };
      if (dialect.tokenize === undefined) return estimate;
      const { model, messages, tools } = toBody(request, dialect);
      try {
        const counted = await api.json('POST', dialect.tokenize, { model, messages, tools }, call);
        const { count } = counted as { count?: unknown };
        return typeof count === 'number' ? { tokens: count, exact: true } : estimate;
      } catch (error) {
        if (!isNotServed(error)) throw error;
        return estimate;
      }
    },
    async models(call) {
      const list = (await api.json('GET', '/v1/models', undefined, call)) as { data?: ListedModel[] | null };
      return (list.data ?? []).map((model): UpstreamModel => ({
        id: model.id ?? 'default',
        contextWindow: options.contextWindow ?? findContextWindow(model),
        createdAt: typeof model.created === 'number' ? model.created * 1_000 : undefined,
      }));
    },
  };
}

function toBody(
  request: ChatRequest,
  dialect: OpenaiDialect,
): Record<string, unknown> & Pick<ChatRequest, 'messages'> {
  const body: Record<string, unknown> & Pick<ChatRequest, 'messages'> = {
    ...request,
    messages: request.messages.map((message) => toMessage(message, dialect)),
    ...(request.messages.at(-1)?.role === 'assistant' && dialect.prefill),
  };
  for (const field of dialect.omit) delete body[field];
  return body;
}

function toMessage(message: ChatMessage, dialect: OpenaiDialect): ChatMessage & { reasoning?: string } {
  if (message.role !== 'assistant' || message.reasoning_content === undefined) return message;
  if (dialect.reasoningField === 'reasoning_content') return message;
  const { reasoning_content, ...rest } = message;
  return dialect.reasoningField === undefined ? rest : { ...rest, reasoning: reasoning_content };
}

/** Names under which servers tell a model's context window in `/v1/models`. */
const contextFields = [
  'max_model_len',
  'loaded_context_length',
  'context_length',
  'max_context_length',
] as const;

function findContextWindow(model: ListedModel): number | undefined {
  for (const field of contextFields) {
    const value = model[field];
    if (typeof value === 'number' && value > 0) return value;
  }
  return undefined;
}
