/** What a first prompt of Claude Code takes, in tokens: system, tools and environment, before the user says a word. */
export const firstPrompt = { least: 12_000, most: 25_000 } as const;

/** A window in which Claude Code has room to work; what messages recommend. */
export const comfortableWindow = 65_536;

const assumedOutput = 32_000;
/** Measured with Claude Code 2.1.330 at windows of 32 768 and 65 536 tokens, with and without an output limit. */
const compactionReserve = 13_000;
const largestOutputReserve = 20_000;

/**
 * Returns how long an answer of Claude Code should be at most: an eighth of the window, since it keeps as much free.
 * Undefined where what it asks for by itself is no more than that.
 */
export function toOutputLimit(contextWindow: number): number | undefined {
  const limit = Math.max(1_024, Math.floor(contextWindow / 8));
  return limit < assumedOutput ? limit : undefined;
}

/**
 * Returns the tokens of prompt at which Claude Code compacts a conversation, with the settings that `env` prints; not
 * above 0 where it has no room at all.
 */
export function compactsAt(contextWindow: number): number {
  const output = Math.min(toOutputLimit(contextWindow) ?? assumedOutput, largestOutputReserve);
  return contextWindow - output - compactionReserve;
}
