import type { Engine } from './engine.ts';
import type { Prompt } from './prompt.ts';

/** How long a step should take: the longest that an abort is noticed late, and the pace of progress. */
const stepMs = 500;
const firstStepTokens = 256;
const mostStepTokens = 4096;

/**
 * Has the engine evaluate all but the end of a long prompt, step by step, into its cache. Resolves with the text
 * that is evaluated, and true if it was done in steps.
 *
 * The engine cannot be stopped while it reads a prompt and does not say how far it is. But it keeps what it read:
 * so it is given a longer and longer beginning of the prompt, and between two of them an abort is seen and progress
 * is reported. The beginnings end in front of white space, where a token hardly ever reaches over; if one does, it is read again.
 */
export async function readPrompt(
  engine: Engine,
  prompt: Prompt,
  signal: AbortSignal,
  onProgress: (processed: number) => void,
): Promise<boolean> {
  if (!engine.caches) return false;
  const total = prompt.tokens.length;
  let processed = engine.cached(prompt);
  let step = firstStepTokens;
  let inSteps = false;
  while (total - processed > 2 * step) {
    const end = whiteSpaceBefore(prompt.text, Math.floor((prompt.text.length * (processed + step)) / total));
    const beginning = prompt.text.slice(0, end);
    const startedAt = performance.now();
    const { tokens_evaluated: evaluated, tokens_predicted: predicted } = await engine.start(
      { prompt: beginning, ...oneToken },
      () => {},
    ).done;
    await engine.remember(beginning);
    signal.throwIfAborted();
    const now = evaluated - predicted;
    // The share of the text is no measure of its tokens; a step that led nowhere is followed by a longer one.
    if (now > processed) {
      const pace = (now - processed) / Math.max(1, performance.now() - startedAt);
      step = Math.min(mostStepTokens, Math.max(firstStepTokens / 4, Math.round(pace * stepMs)));
      processed = now;
      onProgress(Math.min(processed, total));
    } else {
      step *= 2;
    }
    inSteps = true;
  }
  return inSteps;
}

function whiteSpaceBefore(text: string, index: number): number {
  for (let end = index; end > 0; end -= 1) {
    if (/\s/.test(text.charAt(end)) && /\S/.test(text.charAt(end - 1))) return end;
  }
  return index;
}

/** The fewest tokens for which the engine evaluates a prompt; the token itself is dropped. */
const oneToken = {
  n_predict: 1,
  temperature: 0,
  top_k: 1,
  top_p: 1,
  min_p: 0,
  typical_p: 1,
  xtc_probability: 0,
  dry_multiplier: 0,
};
