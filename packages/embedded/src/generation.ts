import {
  MessagesError,
  type ChatChunk,
  type ChatDelta,
  type ChatRequest,
  type VerboseStop,
} from '@llama-messages/core';
import { createAnswerDeltas } from './answer-deltas.ts';
import { ContextLostError, type Engine } from './engine.ts';
import type { EngineResult, SamplingOptions } from './llama-node.ts';
import type { Prompt } from './prompt.ts';
import { readPrompt } from './read-prompt.ts';
import { createStopWords } from './stop-words.ts';

/**
 * Generates the answer to one prompt and hands its chunks to `onChunks`, in llama-server's form: progress first,
 * then the deltas, then the reason of the end, then the usage. Resolves when the engine is free again.
 *
 * @throws the signal's reason after an abort, ContextLostError before the first token, MessagesError if the engine fails.
 */
export async function generate(
  engine: Engine,
  prompt: Prompt,
  request: ChatRequest,
  signal: AbortSignal,
  onChunks: (...chunks: ChatChunk[]) => void,
): Promise<void> {
  signal.throwIfAborted();
  const total = prompt.tokens.length;
  const room = engine.model.contextWindow - total;
  const mostTokens = Math.min(request.max_tokens ?? Infinity, room);
  const cache = engine.cached(prompt);
  const onProgress = (processed: number): void => {
    const delta = { role: 'assistant', content: null };
    onChunks({
      choices: [{ index: 0, delta, finish_reason: null }],
      prompt_progress: { total, cache, processed },
    });
  };
  onProgress(cache);
  const inSteps = await readPrompt(engine, prompt, signal, onProgress);
  signal.throwIfAborted();

  const clientStops = request.stop ?? [];
  const answer = createAnswerDeltas(createStopWords([...clientStops, ...prompt.templateStops]));
  let tokens = 0;
  let text = '';
  let word: string | undefined;

  const generation = engine.start({ ...prompt.input, ...toSampling(request, mostTokens) }, (token) => {
    if (word !== undefined || signal.aborted) return;
    tokens += 1;
    // As llama-server ends its own count, so that it is known when the first token came.
    if (tokens === 1) onProgress(total);
    text += token.token;
    const added = answer.push(token);
    if (added.deltas.length > 0) onChunks(...added.deltas.map(toChunk));
    word = added.word;
    if (word !== undefined) generation.stop();
  });
  const onAbort = (): void => generation.stop();
  signal.addEventListener('abort', onAbort, { once: true });
  let result: EngineResult | undefined;
  try {
    result = await generation.done;
  } catch (error) {
    // Stopping a parallel generation rejects it.
    if (error instanceof ContextLostError) throw error;
    if (word === undefined && !signal.aborted) {
      throw new MessagesError('api_error', 'llama.cpp failed to generate.', { cause: error });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (engine.usable) await engine.remember(prompt.text + text);
  }
  signal.throwIfAborted();

  if (word === undefined && result !== undefined) {
    const added = answer.push(result);
    word = added.word;
    const held = word === undefined ? answer.flush() : [];
    onChunks(...[...added.deltas, ...held].map(toChunk));
  }
  const stop = toStop(word, clientStops, result, tokens >= room);
  const toolCalls = answer.hasToolCalls() && stop.stop_type !== 'limit';
  onChunks(
    {
      choices: [
        {
          index: 0,
          delta: {},
          finish_reason: stop.stop_type === 'limit' ? 'length' : toolCalls ? 'tool_calls' : 'stop',
        },
      ],
      __verbose: stop,
    },
    toUsageChunk(total, cache, inSteps, tokens, word, result),
  );
}

function toChunk(delta: ChatDelta): ChatChunk {
  return { choices: [{ index: 0, delta, finish_reason: null }] };
}

function toStop(
  word: string | undefined,
  clientStops: readonly string[],
  result: EngineResult | undefined,
  full: boolean,
): VerboseStop {
  if (word !== undefined && clientStops.includes(word)) {
    return { stop_type: 'word', stopping_word: word, truncated: false };
  }
  const ended = word !== undefined || result?.stopped_eos === true || isWordStop(result);
  if (ended) return { stop_type: 'eos', stopping_word: '', truncated: false };
  const limited = full || result?.context_full === true || isLimitStop(result);
  if (!limited) throw new MessagesError('api_error', 'llama.cpp stopped in the middle of the answer.');
  return { stop_type: 'limit', stopping_word: '', truncated: full || result?.context_full === true };
}

/** The engine found one of the template's own stop words before {@link createStopWords} did. */
function isWordStop(result: EngineResult | undefined): boolean {
  return result?.stopped_word === true || result?.stopped_words === true;
}

function isLimitStop(result: EngineResult | undefined): boolean {
  return result?.stopped_limit === true || result?.stopped_limited === true;
}

function toUsageChunk(
  total: number,
  expectedCache: number,
  inSteps: boolean,
  tokens: number,
  word: string | undefined,
  result: EngineResult | undefined,
): ChatChunk {
  // The engine's own count is short by the first token in one mode; a callback may stand for several tokens of one
  // character. The token that ends the turn is counted, as llama-server does.
  const generated = word === undefined ? Math.max(tokens, result?.tokens_predicted ?? 0) : tokens;
  const completion = generated + (word === undefined && result?.stopped_eos === true ? 1 : 0);
  const cached = result === undefined || inSteps ? expectedCache : cachedTokens(total, expectedCache, result);
  return {
    choices: [],
    usage: {
      prompt_tokens: total,
      completion_tokens: completion,
      prompt_tokens_details: { cached_tokens: cached },
    },
    timings: { ...definedNumbers(result?.timings), cache_n: cached },
  };
}

/**
 * Parallel mode counts the cached tokens, single mode the evaluated ones, where the engine leaves out a last batch
 * of one token.
 */
function cachedTokens(total: number, expected: number, { timings }: EngineResult): number {
  const measured = timings.cache_n ?? Math.max(0, total - timings.prompt_n);
  return Math.abs(measured - expected) <= 1 ? expected : measured;
}

function definedNumbers(timings: Record<string, number | undefined> = {}): Record<string, number> {
  const defined: Record<string, number> = {};
  for (const [name, value] of Object.entries(timings)) if (value !== undefined) defined[name] = value;
  return defined;
}

/**
 * The engine's defaults are not llama-server's: XTC drops the likeliest token one time in ten, also at temperature 0.
 * What the request leaves open is set as llama-server sets it.
 */
function toSampling(request: ChatRequest, mostTokens: number): SamplingOptions {
  const { temperature = 0.8, thinking_budget_tokens: budget } = request;
  return {
    n_predict: mostTokens,
    temperature,
    top_k: temperature === 0 ? 1 : (request.top_k ?? 40),
    top_p: request.top_p ?? 0.95,
    min_p: 0.05,
    typical_p: 1,
    xtc_probability: 0,
    dry_multiplier: 0,
    ...(budget !== undefined && { thinking_budget_tokens: budget }),
  };
}
