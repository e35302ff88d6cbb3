import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Upstream, UpstreamModel } from '../upstream/upstream.ts';
import { createModelCatalog } from './model-catalog.ts';

const call = { signal: new AbortController().signal, requestId: 'req_1' };

function createUpstream(answers: (readonly UpstreamModel[] | Error)[]): {
  upstream: Upstream;
  asked: () => number;
} {
  let asked = 0;
  return {
    asked: () => asked,
    upstream: {
      name: 'test',
      traits: {},
      stream: () => Promise.reject(new Error('not here')),
      countTokens: () => Promise.reject(new Error('not here')),
      async models() {
        asked += 1;
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer instanceof Error || !answer) throw answer ?? new Error('nothing');
        return answer;
      },
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('asks once for many requests, also at the same time', async () => {
  const { upstream, asked } = createUpstream([[{ id: 'm' }]]);
  const catalog = createModelCatalog(upstream);
  await Promise.all([catalog.list(call), catalog.list(call), catalog.resolve('x', call)]);
  await catalog.list(call);
  expect(asked()).toBe(1);
});

it('learns of a server that was restarted with another window, without making anybody wait', async () => {
  const { upstream } = createUpstream([
    [{ id: 'm', contextWindow: 8192 }],
    [{ id: 'm', contextWindow: 65_536 }],
  ]);
  const catalog = createModelCatalog(upstream);
  await catalog.list(call);
  await vi.advanceTimersByTimeAsync(16_000);
  expect((await catalog.list(call))[0]?.contextWindow).toBe(8192);
  await vi.advanceTimersByTimeAsync(0);
  expect((await catalog.list(call))[0]?.contextWindow).toBe(65_536);
});

it('keeps what it knows of a server that does not answer for the moment', async () => {
  const { upstream } = createUpstream([[{ id: 'm' }], new Error('down')]);
  const catalog = createModelCatalog(upstream);
  await catalog.list(call);
  await vi.advanceTimersByTimeAsync(16_000);
  await catalog.list(call);
  await vi.advanceTimersByTimeAsync(0);
  expect(await catalog.list(call)).toEqual([{ id: 'm' }]);
});
