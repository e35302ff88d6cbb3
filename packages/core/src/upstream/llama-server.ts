import { httpClient as platformClient } from '#http-client';
import type { ChatRequest } from '../chat/types.ts';
import { estimateTokens } from '../convert/estimate-tokens.ts';
import { createApiClient } from './api-client.ts';
import { isNotServed } from './errors.ts';
import type { HttpClient } from './http-client.ts';
import type { TokenCount, Upstream, UpstreamCall, UpstreamModel } from './upstream.ts';

export interface LlamaServerOptions {
  /** Such as `http://127.0.0.1:8080`; a trailing `/v1` does no harm. */
  readonly url: string | URL;
  /** What `llama-server --api-key` was started with. */
  readonly apiKey?: string | undefined;
  /** @defaultValue `node:http` without time limits on Node, else `fetch` */
  readonly httpClient?: HttpClient | undefined;
}

/** What `GET /props` says; see llama.cpp's `tools/server/README.md`. */
interface Props {
  role?: string;
  default_generation_settings?: { n_ctx?: number };
  total_slots?: number;
  modalities?: { vision?: boolean };
  chat_template?: string;
  chat_template_caps?: Partial<
    Record<'supports_tools' | 'supports_reasoning_effort' | 'supports_preserve_reasoning', boolean>
  >;
}

interface ModelList {
  data?: {
    id?: string;
    created?: number;
    meta?: { n_ctx?: number } | null;
    architecture?: { input_modalities?: readonly string[] };
  }[];
}

/**
 * Returns an upstream for llama.cpp's `llama-server`, with all that it offers beyond OpenAI's API: progress
 * while a prompt is read, exact token counts, the stop word that matched, a thinking budget, the context window.
 *
 * @example
 * ```ts
 * import { createMessagesHandler, llamaServer } from '@llama-messages/core';
 *
 * createMessagesHandler({ upstream: llamaServer({ url: 'http://127.0.0.1:8080', apiKey: 'secret' }) });
 * ```
 */
export function llamaServer(options: LlamaServerOptions): Upstream {
  const api = createApiClient({ ...options, httpClient: options.httpClient ?? platformClient });

  async function props(call: UpstreamCall, model?: string): Promise<Props> {
    const query = model === undefined ? '' : `?model=${encodeURIComponent(model)}&autoload=false`;
    return (await api.json('GET', `/props${query}`, undefined, call)) as Props;
  }

  /** For versions before the counting route: the template rendered, and its text counted. */
  async function countRendered(request: ChatRequest, call: UpstreamCall): Promise<TokenCount> {
    try {
      const { prompt } = (await api.json('POST', '/apply-template', request, call)) as { prompt: string };
      const body = { content: prompt, add_special: true, parse_special: true };
      const { tokens } = (await api.json('POST', '/tokenize', body, call)) as { tokens: unknown[] };
      return { tokens: tokens.length, exact: true };
    } catch (error) {
      if (!isNotServed(error)) throw error;
      return { tokens: estimateTokens(request), exact: false };
    }
  }

  return {
    name: 'llama-server',
    traits: { echoesPrefill: true, schemaExcludesTools: true, reportsProgress: true, compilesSchemas: true },
    stream: (request, call) =>
      api.chat(call.slot === undefined ? toBody(request) : { id_slot: call.slot, ...toBody(request) }, call),
    async countTokens(request, call) {
      try {
        const counted = await api.json('POST', '/v1/chat/completions/input_tokens', request, call);
        return { tokens: (counted as { input_tokens: number }).input_tokens, exact: true };
      } catch (error) {
        if (!isNotServed(error)) throw error;
        return countRendered(request, call);
      }
    },
    async models(call) {
      const [server, list] = await Promise.all([
        props(call),
        api.json('GET', '/v1/models', undefined, call) as Promise<ModelList>,
      ]);
      const isRouter = server.role === 'router';
      return (list.data ?? []).map((model): UpstreamModel => {
        const template = isRouter ? undefined : server.chat_template;
        const inputs = model.architecture?.input_modalities;
        return {
          // Without --alias the id is the model file's path, which is nobody's business; one model answers to any name.
          id: isRouter ? (model.id ?? 'default') : (model.id ?? 'default').replace(/^.*[\\/]/, ''),
          contextWindow:
            (isRouter ? undefined : server.default_generation_settings?.n_ctx) ?? model.meta?.n_ctx,
          slots: server.total_slots,
          vision: isRouter ? inputs?.includes('image') : server.modalities?.vision,
          tools: server.chat_template_caps?.supports_tools,
          thinking: template === undefined ? undefined : /<think>|enable_thinking|reasoning/.test(template),
          effort: server.chat_template_caps?.supports_reasoning_effort,
          createdAt: undefined,
        };
      });
    },
  };
}

/**
 * `verbose` with `response_fields` adds only which stop string matched and whether the context is full; without
 * the latter it would repeat the whole prompt. `return_progress` makes the first chunk leave before the prompt is read.
 */
function toBody(request: ChatRequest): Record<string, unknown> {
  return {
    stream: true,
    stream_options: { include_usage: true },
    return_progress: true,
    reasoning_format: 'auto',
    verbose: true,
    response_fields: ['stop_type', 'stopping_word', 'truncated'],
    ...request,
  };
}
