import type { Answer, Step } from './conversation.ts';

/** What an answer cost, over all of its requests. */
export interface Facts {
  readonly requests: number;
  /** Of the first request. */
  readonly firstPieceMs: number | undefined;
  /** Undefined while there is too little to tell. */
  readonly tokensPerSecond: number | undefined;
  /** Whether `tokensPerSecond` counts pieces, since the server has not told its count yet. */
  readonly isEstimate: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input, from 0 to 1. */
  readonly cachedShare: number;
}

export function toFacts({ steps }: Answer): Facts {
  const sum = (read: (step: Step) => number): number => steps.reduce((total, step) => total + read(step), 0);
  const isEstimate = steps.some(({ stopReason }) => stopReason === null);
  const writingSeconds = sum(({ times }) => times.writingMs) / 1000;
  // The first token of each request marks the beginning, so it is not counted.
  const written = sum((step) => Math.max(0, writtenTokens(step) - 1));
  const inputTokens = sum(({ counts }) => counts?.input ?? 0);
  return {
    requests: steps.length,
    firstPieceMs: steps[0]?.times.firstPieceMs,
    tokensPerSecond: writingSeconds > 0.05 && written > 1 ? written / writingSeconds : undefined,
    isEstimate,
    inputTokens,
    outputTokens: sum(writtenTokens),
    cachedShare: inputTokens === 0 ? 0 : sum(({ counts }) => counts?.cached ?? 0) / inputTokens,
  };
}

/** Returns the tokens that prompt and answer take together in the last request; undefined before it began. */
export function toContextTokens({ steps }: Answer): number | undefined {
  const last = steps.findLast(({ counts }) => counts !== undefined);
  return last?.counts && last.counts.input + writtenTokens(last);
}

/** The server tells its count at the end. */
function writtenTokens({ counts, stopReason, times }: Step): number {
  return stopReason !== null && counts ? counts.output : times.pieces;
}
