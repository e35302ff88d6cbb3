import { type Answer, fixtureAnswer, jsonAnswer } from './answer.ts';
import { loadFixture } from './fixtures.ts';
import type { ScriptedCall, ScriptedServerOptions } from './scripted-llama-server.ts';

/** Which server is played. */
export type UpstreamKind = 'llama-server' | 'openai' | 'vllm';

type Routes = Map<string, (call: ScriptedCall) => Answer>;

/** The id that the recorded server gives its only model. */
const recordedModel = 'demo-model-q8_0.gguf';

/** Returns the answers of every endpoint but chat, by `METHOD /path`. */
export function createRoutes(options: ScriptedServerOptions): Routes {
  return (options.kind ?? 'llama-server') === 'llama-server'
    ? llamaServerRoutes(options)
    : openaiRoutes(options);
}

function llamaServerRoutes(options: ScriptedServerOptions): Routes {
  const ids = options.models ?? [recordedModel];
  const contextWindow = options.contextWindow ?? 8192;
  const props = recorded('props');
  const list = recorded('models') as { data: { meta: Record<string, unknown> }[] };
  const [model] = list.data;
  return new Map<string, (call: ScriptedCall) => Answer>([
    ['GET /health', () => fixtureAnswer('health')],
    ['GET /slots', () => fixtureAnswer('slots')],
    [
      'GET /props',
      () =>
        jsonAnswer(200, {
          ...props,
          default_generation_settings: {
            ...(props['default_generation_settings'] as Record<string, unknown>),
            n_ctx: contextWindow,
          },
          total_slots: options.slots ?? 2,
          model_alias: ids[0],
          modalities: { vision: options.vision ?? false, video: false, audio: false },
        }),
    ],
    [
      'GET /v1/models',
      () =>
        jsonAnswer(200, {
          ...list,
          data: ids.map((id) => ({
            ...model,
            id,
            aliases: [id],
            meta: { ...model?.meta, n_ctx: contextWindow },
          })),
        }),
    ],
    [
      'POST /v1/chat/completions/input_tokens',
      () => jsonAnswer(200, { input_tokens: options.inputTokens ?? 42, object: 'response.input_tokens' }),
    ],
    ['POST /apply-template', (call) => jsonAnswer(200, { prompt: JSON.stringify(call.body?.['messages']) })],
    [
      'POST /tokenize',
      (call) =>
        jsonAnswer(200, {
          tokens: Array.from({ length: Math.ceil(String(call.body?.['content']).length / 4) }, (_, id) => id),
        }),
    ],
  ]);
}

function openaiRoutes(options: ScriptedServerOptions): Routes {
  const contextWindow = options.contextWindow ?? 8192;
  const ids = options.models ?? [recordedModel];
  const routes: Routes = new Map([
    ['GET /health', () => jsonAnswer(200, '')],
    [
      'GET /v1/models',
      () =>
        jsonAnswer(200, {
          object: 'list',
          data: ids.map((id) => ({
            id,
            object: 'model',
            created: 1_795_360_601,
            owned_by: options.kind === 'vllm' ? 'vllm' : 'somebody',
            root: id,
            parent: null,
            max_model_len: contextWindow,
          })),
        }),
    ],
  ]);
  if (options.kind === 'vllm')
    routes.set('POST /tokenize', () =>
      jsonAnswer(200, { count: options.inputTokens ?? 42, max_model_len: contextWindow, tokens: [] }),
    );
  return routes;
}

function recorded(name: string): Record<string, unknown> {
  return JSON.parse(loadFixture(name).body ?? '{}') as Record<string, unknown>;
}
