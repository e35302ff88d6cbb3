import type { Check } from './check.ts';
import type { ServerKind } from './server-kind.ts';
import type { Answered, Ask, Trials } from './trials.ts';
import { firstPrompt } from '../coding-window.ts';

/** How much of a prompt was not read again, from 0 to 1. */
type Share = number;

export interface CacheFacts {
  readonly kind: ServerKind;
  readonly slots: number | undefined;
  readonly window: number | undefined;
}

const least: Share = 0.8;
/** From here on a first prompt of Claude Code is a matter of patience. */
const longPromptMs = 120_000;

/** Asks with prompts of its own, one after another, and returns what the server kept of which. */
export async function checkCache(trials: Trials, facts: CacheFacts): Promise<readonly Check[]> {
  const { kind, slots, window } = facts;
  const words = Math.max(40, Math.min(300, Math.floor((window ?? 8_192) / 16)));
  // Nothing of an earlier run may help.
  const seed = Date.now();
  const one = prose(seed, words);
  const other = prose(seed + 1, words);
  const fork = [...one.slice(0, Math.floor(words * 0.6)), ...prose(seed + 2, Math.ceil(words * 0.4))];

  const cold = await read(trials, one);
  const again = await read(trials, one);
  if (!cold || !again) {
    return [{ id: 'cache', verdict: 'unknown', found: 'the requests for it failed' }];
  }
  const speed = checkPromptSpeed(cold);
  const share = reused(again);
  if (share === 0 && kind.name !== 'llama-server') {
    const found = 'the server does not say what it keeps of a prompt';
    return [speed, { id: 'cache', verdict: 'unknown', found, remedy: kind.prefixCache }];
  }
  if (share < least) {
    const found = `the same prompt again: ${percent(share)} of it was kept, so each turn reads everything again`;
    return [speed, { id: 'cache', verdict: 'problem', found, remedy: kind.prefixCache }];
  }
  const kept: Check = {
    id: 'cache',
    verdict: 'ok',
    found: `the same prompt again: ${percent(share)} was kept`,
  };
  if (kind.name !== 'llama-server') return [speed, kept];

  await read(trials, other);
  const back = await read(trials, one);
  const others = toOthers(back && reused(back), slots);
  if (slots !== 1 || others.verdict !== 'ok') return [speed, kept, others];
  await read(trials, fork);
  const forked = await read(trials, one);
  return [speed, kept, others, toFork(forked && reused(forked))];
}

/** Two conversations in turns: what happens to the first while the second is answered. */
function toOthers(share: Share | undefined, slots: number | undefined): Check {
  const id = 'cache-ram';
  if (share === undefined) return { id, verdict: 'unknown', found: 'the requests for it failed' };
  const found = `after another conversation: ${percent(share)} was kept`;
  if (share >= least) return { id, verdict: 'ok', found };
  const more = slots === 1 ? ' Or give it more slots: -np 2 and twice the -c.' : '';
  const remedy = `Start llama-server with its cache in RAM: --cache-ram 8192 (MiB; 0 turns it off).${more}`;
  return { id, verdict: 'warning', found, remedy };
}

/** Two conversations that begin alike, as those of one project do. */
function toFork(share: Share | undefined): Check {
  const id = 'similarity';
  if (share === undefined) return { id, verdict: 'unknown', found: 'the requests for it failed' };
  const found = `after a conversation that begins alike: ${percent(share)} was kept`;
  if (share >= least) return { id, verdict: 'ok', found };
  const remedy = 'With one slot, --slot-prompt-similarity 0.9 keeps all of it; see docs/performance.md.';
  return { id, verdict: 'ok', found, remedy };
}

function checkPromptSpeed({ message: { usage }, firstTokenMs }: Answered): Check {
  const id = 'prompt-speed';
  const perSecond = ((usage.input_tokens * 1_000) / firstTokenMs) | 0;
  if (perSecond === 0) return { id, verdict: 'unknown', found: 'too few tokens to tell' };
  const firstPromptMs = (firstPrompt.most * 1_000) / perSecond;
  const found = `${perSecond} tokens of prompt a second; a first prompt of Claude Code takes ${Math.ceil(firstPromptMs / 1_000)} s or more`;
  if (firstPromptMs <= longPromptMs) return { id, verdict: 'ok', found };
  const remedy =
    'Later turns read only what is new. Faster: more layers on the GPU, a smaller model, a larger -ub for long prompts.';
  return { id, verdict: 'warning', found, remedy };
}

async function read(trials: Trials, words: readonly string[]): Promise<Answered | undefined> {
  const request: Ask = {
    max_tokens: 1,
    thinking: { type: 'disabled' },
    messages: [{ role: 'user', content: `${words.join(' ')}\n\nHow many words are these?` }],
  };
  const trial = await trials.ask(request);
  return trial.ok ? trial : undefined;
}

function reused({ message: { usage } }: Answered): Share {
  const cached = usage.cache_read_input_tokens ?? 0;
  return cached === 0 ? 0 : cached / (cached + usage.input_tokens);
}

function percent(share: Share): string {
  return `${Math.round(share * 100)} %`;
}

const vocabulary =
  'river stone window garden letter morning silver bridge winter paper market island summer candle forest harbor mirror thunder velvet orchard lantern meadow copper valley sparrow castle pepper anchor violin desert'.split(
    ' ',
  );

/** Returns words in an order that depends on the seed alone. */
function prose(seed: number, count: number): string[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    // Numerical Recipes' generator: any order will do.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return vocabulary[(state >>> 16) % vocabulary.length] ?? '';
  });
}
