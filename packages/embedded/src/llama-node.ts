import { createRequire } from 'node:module';

/**
 * What this package uses of `@fugood/llama.node`. Its own types cannot be imported: the package ships its
 * TypeScript source, which does not pass this workspace's compiler options.
 */
export interface LlamaNode {
  loadModel(options: LoadOptions): Promise<LlamaContext>;
  isLibVariantAvailable(variant?: string): Promise<boolean>;
}

export interface LoadOptions {
  model: string;
  lib_variant: string;
  n_ctx: number;
  n_batch: number;
  n_parallel: number;
  n_gpu_layers: number;
  ctx_shift: boolean;
  n_threads?: number;
}

export interface LlamaContext {
  /** The native object; its `getFormattedChat` skips the model info that the wrapper's reads twice a call (6 ms each). */
  readonly ctx: {
    getFormattedChat(messages: readonly unknown[], template: undefined, options: ChatOptions): FormattedChat;
  };
  readonly parallel: {
    enable(options: { n_parallel: number; n_batch: number }): Promise<boolean>;
    completion(
      options: GenerateOptions,
      onToken: (requestId: number, token: EngineToken) => void,
    ): Promise<{ promise: Promise<EngineResult>; stop(): void }>;
  };
  getModelInfo(): ModelInfo;
  tokenize(text: string): Promise<{ tokens: Int32Array }>;
  completion(options: GenerateOptions, onToken: (token: EngineToken) => void): Promise<EngineResult>;
  stopCompletion(): void;
  release(): Promise<void>;
}

/** What decides the prompt. The engine's native code reads a key that is present but undefined as an object and crashes. */
export interface ChatOptions {
  messages: readonly unknown[];
  jinja: true;
  reasoning_format: 'auto';
  enable_thinking: boolean;
  tools?: readonly unknown[];
  tool_choice: 'auto' | 'required' | 'none';
  parallel_tool_calls: boolean;
  response_format?: unknown;
  /** Each value is JSON text. */
  chat_template_kwargs: Record<string, string>;
}

export interface FormattedChat {
  prompt: string;
  chat_format: number;
  chat_parser: string;
  generation_prompt: string;
  grammar: string;
  preserved_tokens: string[];
  /** Stop words of the template's own. */
  additional_stops: string[];
  thinking_forced_open?: boolean;
  thinking_start_tag?: string;
}

/** What the sampler is told; every default of the engine that changes the answer is set to neutral by the caller. */
export interface SamplingOptions {
  n_predict: number;
  temperature: number;
  top_k: number;
  top_p: number;
  min_p: number;
  typical_p: number;
  xtc_probability: number;
  dry_multiplier: number;
  thinking_budget_tokens?: number;
}

/** A prompt that is already formatted; the engine adds no grammar then. */
export type PromptOptions = Pick<
  FormattedChat,
  'prompt' | 'chat_format' | 'chat_parser' | 'generation_prompt' | 'preserved_tokens'
> & { reasoning_format: 'auto' };

export type GenerateOptions = (ChatOptions | PromptOptions | Pick<PromptOptions, 'prompt'>) & SamplingOptions;

/** Everything but `token` is what was parsed of the whole answer so far. */
export interface ParsedAnswer {
  content?: string;
  reasoning_content?: string;
  tool_calls?: readonly { function: { name: string; arguments: string } }[];
}

export interface EngineToken extends ParsedAnswer {
  token: string;
}

/** The two modes of the engine spell some fields differently. */
export interface EngineResult extends ParsedAnswer {
  text: string;
  /** Prompt and answer together in single mode, the answer alone in parallel mode. */
  tokens_evaluated: number;
  tokens_predicted: number;
  stopped_eos?: boolean;
  stopped_word?: boolean;
  stopped_words?: boolean;
  stopped_limit?: boolean;
  stopped_limited?: boolean;
  context_full?: boolean;
  timings: { cache_n?: number; prompt_n: number; [name: string]: number | undefined };
}

export interface ModelInfo {
  is_recurrent: boolean;
  is_hybrid: boolean;
  metadata: Record<string, string>;
  chatTemplates: { jinja: { defaultCaps: { tools: boolean } } };
}

/**
 * Returns the engine.
 *
 * @throws Error with a sentence for the user where npm has no build of it for this platform.
 */
export async function importLlamaNode(build: 'default' | 'cuda' | 'vulkan'): Promise<LlamaNode> {
  const platform = `${process.platform}-${process.arch}`;
  const engine = createRequire(import.meta.url)('@fugood/llama.node') as LlamaNode;
  if (await engine.isLibVariantAvailable(build)) return engine;
  if (build !== 'default') {
    throw new Error(
      `The ${build} build of llama.cpp is not installed: add @fugood/node-llama-${platform}-${build} ` +
        'in the version of @fugood/llama.node, or leave out the option `build`.',
    );
  }
  throw new Error(
    `llama.cpp has no prebuilt engine for ${platform}; run a llama-server and pass its URL as upstream. ` +
      `(If optional dependencies were left out, add @fugood/node-llama-${platform}.)`,
  );
}
