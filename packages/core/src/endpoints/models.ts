import { MessagesError } from '../errors.ts';
import type { ModelInfo } from '../messages/types.ts';
import { toModelQuestion } from '../routing/model-request.ts';
import type { UpstreamModel } from '../upstream/upstream.ts';
import { json, type Endpoint } from './endpoint.ts';

/** `GET /v1/models`: all models of all upstreams on one page, and the names that the options map onto them. */
export const listModels: Endpoint = async ({ services: { router }, call }) => {
  const data = (await router.list(call)).map(({ name, model }) => toModelInfo(name, model));
  return json(200, {
    data,
    has_more: false,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  });
};

/** `GET /v1/models/{id}`: any name that a request for a message would be answered for, so that clients that check first can go on. */
export const retrieveModel: Endpoint = async ({ id, request, services: { router }, call }) => {
  if (id === '') throw new MessagesError('not_found_error', 'model: no id');
  const { model } = await router.resolve(toModelQuestion(id, request.headers), call);
  return json(200, toModelInfo(id, model));
};

function toModelInfo(id: string, model: UpstreamModel): ModelInfo {
  const supported = (value: boolean | undefined): { supported: boolean } => ({ supported: value === true });
  const isThinking = model.thinking !== false;
  const hasEffort = model.effort === true;
  return {
    type: 'model',
    id,
    display_name: id === model.id ? id : `${id} (${model.id})`,
    created_at: new Date(model.createdAt ?? 0).toISOString(),
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null,
    max_input_tokens: model.contextWindow ?? null,
    max_tokens: model.contextWindow ?? null,
    capabilities: {
      batch: supported(false),
      citations: supported(false),
      code_execution: supported(false),
      image_input: supported(model.vision),
      pdf_input: supported(false),
      structured_outputs: supported(true),
      context_management: {
        supported: false,
        clear_thinking_20251015: supported(false),
        clear_tool_uses_20250919: supported(false),
        compact_20260112: supported(false),
      },
      effort: {
        supported: hasEffort,
        low: supported(hasEffort),
        medium: supported(hasEffort),
        high: supported(hasEffort),
        xhigh: supported(false),
        max: supported(false),
      },
      server_tools: { supported: false, web_search: supported(false), code_execution: supported(false) },
      thinking: {
        supported: isThinking,
        types: {
          adaptive: supported(isThinking),
          between_tools: supported(false),
          disabled: supported(true),
          enabled: supported(isThinking),
        },
      },
    },
  };
}
