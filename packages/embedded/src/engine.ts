import type { UpstreamModel } from '@llama-messages/core';
import {
  importLlamaNode,
  type EngineResult,
  type EngineToken,
  type GenerateOptions,
  type LlamaContext,
} from './llama-node.ts';
import { readModelFile } from './model-file.ts';
import type { ResolvedOptions } from './options.ts';
import { probeModel } from './probe.ts';
import { canThink, type Prompt } from './prompt.ts';

/** Most prompt tokens of one step; also how many are read at most before an abort is seen. */
const batchTokens = 512;

/** A generation under way. */
export interface Generation {
  /** Settles when the engine is done with it; after {@link stop} in either way. */
  readonly done: Promise<EngineResult>;
  stop(): void;
}

/**
 * The context takes no request any more, and took none of this one: load another and start again.
 * The engine sets its mark of a completion in progress after the completion was queued, so one that ends within
 * that instant leaves the mark behind; seen only with tiny models on busy machines.
 */
export class ContextLostError extends Error {
  override readonly name = 'ContextLostError';
}

/**
 * Held on to for good: such a context still has its mark of a completion in progress, which points to nothing by
 * then, and freeing it crashes the process. Its weights are mapped from the file and shared with the next one's.
 */
const lostContexts: LlamaContext[] = [];

/** A loaded model. */
export interface Engine {
  readonly context: LlamaContext;
  readonly model: UpstreamModel & { readonly contextWindow: number };
  /** How many tokens of the prompt the engine will find in its cache. */
  cached(prompt: Prompt): number;
  start(options: GenerateOptions, onToken: (token: EngineToken) => void): Generation;
  /** True if a prompt that begins like the last one is only read from where it differs. */
  readonly caches: boolean;
  /** Tells {@link cached} what the engine has evaluated last. */
  remember(text: string): Promise<void>;
  /** False after a failure that leaves the native context unusable; load another one then. */
  readonly usable: boolean;
  release(): Promise<void>;
}

/**
 * Loads the model. Reads the file and tries it in another process first, so that a bad file is an error and not a crash.
 *
 * @throws Error with a sentence for the user.
 */
export async function loadEngine(options: ResolvedOptions, signal: AbortSignal): Promise<Engine> {
  const { model, modelId, slots, contextSize, gpuLayers, build, threads, onLoadProgress } = options;
  const engine = await importLlamaNode(build);
  const createdAt = await readModelFile(model, onLoadProgress, signal);
  await probeModel(model, build, signal);
  const context = await engine.loadModel({
    model,
    lib_variant: build,
    n_ctx: contextSize * slots,
    n_batch: batchTokens,
    n_parallel: slots,
    n_gpu_layers: gpuLayers === 'auto' ? -1 : gpuLayers,
    // Shifting would drop the oldest tokens without a word; a full context is reported instead.
    ctx_shift: false,
    ...(threads !== undefined && { n_threads: threads }),
  });
  const parallel = slots > 1;
  if (parallel) await context.parallel.enable({ n_parallel: slots, n_batch: batchTokens });
  onLoadProgress(100);

  const { metadata, chatTemplates, is_recurrent: recurrent, is_hybrid: hybrid } = context.getModelInfo();
  const trained = Number(metadata[`${metadata['general.architecture']}.context_length`]) || contextSize;
  // A recurrent state cannot be cut back to a common prefix.
  const caches = !parallel && !recurrent && !hybrid;
  let evaluated: Int32Array = new Int32Array();
  let usable = true;

  return {
    context,
    model: {
      id: modelId,
      contextWindow: Math.min(contextSize, trained),
      slots,
      vision: false,
      tools: chatTemplates.jinja.defaultCaps.tools,
      thinking: canThink(context),
      effort: (metadata['tokenizer.chat_template'] ?? '').includes('reasoning_effort'),
      createdAt,
    },
    get usable() {
      return usable;
    },
    cached({ tokens }) {
      if (!caches) return 0;
      let length = 0;
      while (length < tokens.length && tokens[length] === evaluated[length]) length += 1;
      // The last token is always evaluated, for its logits.
      return Math.min(length, tokens.length - 1);
    },
    start(generate, onToken) {
      if (!parallel) {
        const done = startSingle(context, generate, onToken).catch((error: unknown) => {
          // The engine never clears its mark of a completion in progress then.
          usable = false;
          lostContexts.push(context);
          throw error;
        });
        return { done, stop: () => context.stopCompletion() };
      }
      return startParallel(context, generate, onToken);
    },
    caches,
    async remember(text) {
      if (caches) evaluated = (await context.tokenize(text)).tokens;
    },
    release: () => context.release(),
  };
}

async function startSingle(
  context: LlamaContext,
  options: GenerateOptions,
  onToken: (token: EngineToken) => void,
): Promise<EngineResult> {
  let done: Promise<EngineResult>;
  try {
    done = context.completion(options, onToken);
  } catch (error) {
    throw new ContextLostError('llama.cpp refuses to start a completion.', { cause: error });
  }
  return done;
}

/**
 * The engine crashes if a request is cancelled before its first token, so until then a stop is only noted;
 * it takes effect with the first token.
 */
function startParallel(
  context: LlamaContext,
  options: GenerateOptions,
  onToken: (token: EngineToken) => void,
): Generation {
  let hasToken = false;
  let wantsStop = false;
  let cancel = (): void => {};
  const queued = context.parallel.completion(options, (_id, token) => {
    hasToken = true;
    if (wantsStop) cancel();
    else onToken(token);
  });
  return {
    done: queued.then(({ promise, stop }) => {
      cancel = stop;
      return promise;
    }),
    stop() {
      wantsStop = true;
      if (hasToken) cancel();
    },
  };
}
