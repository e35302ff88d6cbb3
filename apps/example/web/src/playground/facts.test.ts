import { describe, expect, test } from 'vitest';
import type { Step } from './conversation.ts';
import { toContextTokens, toFacts } from './facts.ts';

const step: Step = {
  blocks: [],
  results: [],
  stopReason: 'end_turn',
  counts: { input: 1000, cached: 750, output: 101 },
  times: { firstPieceMs: 500, writingMs: 2000, thinkingMs: 0, pieces: 60 },
  structured: false,
};

describe('toFacts', () => {
  test('the first token began the time, so it is not part of the speed', () => {
    expect(toFacts({ state: { kind: 'done' }, steps: [step] })).toEqual({
      requests: 1,
      firstPieceMs: 500,
      tokensPerSecond: 50,
      isEstimate: false,
      inputTokens: 1000,
      outputTokens: 101,
      cachedShare: 0.75,
    });
  });

  test('pieces stand for tokens until the server has counted', () => {
    const growing: Step = { ...step, stopReason: null, counts: { input: 1000, cached: 0, output: 1 } };
    const state = { kind: 'running', sentAt: 0, requestId: undefined } as const;
    expect(toFacts({ state, steps: [growing] })).toMatchObject({ isEstimate: true, outputTokens: 60 });
    expect(toContextTokens({ state, steps: [growing] })).toBe(1060);
  });

  test('all requests of an answer count, and the last one fills the context', () => {
    const second: Step = { ...step, counts: { input: 1200, cached: 1100, output: 41 } };
    const answer = { state: { kind: 'done' }, steps: [step, second] } as const;
    expect(toFacts(answer)).toMatchObject({
      requests: 2,
      inputTokens: 2200,
      outputTokens: 142,
      tokensPerSecond: 35,
      cachedShare: 1850 / 2200,
    });
    expect(toContextTokens(answer)).toBe(1241);
  });

  test('nothing is told of what nobody knows', () => {
    expect(toFacts({ state: { kind: 'stopped' }, steps: [] })).toMatchObject({
      firstPieceMs: undefined,
      tokensPerSecond: undefined,
      cachedShare: 0,
    });
    expect(toContextTokens({ state: { kind: 'stopped' }, steps: [] })).toBeUndefined();
  });
});
