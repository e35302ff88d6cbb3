import { describe, expect, it } from 'vitest';
import type { MessagesRequest } from '../messages/types.ts';
import { toChatSampling } from './sampling.ts';

function convert(fields: Partial<MessagesRequest>, contextWindow?: number) {
  return toChatSampling(
    { model: 'm', messages: [], ...fields },
    { model: { id: 'm', contextWindow }, traits: {} },
  );
}

describe('sampling', () => {
  it('says nothing that the client did not say', () => {
    expect(convert({})).toEqual({});
    expect(convert({ temperature: null, top_p: null, top_k: null, stop_sequences: null })).toEqual({});
  });

  it('passes on what it was given', () => {
    const fields = { temperature: 0.5, top_p: 0.9, top_k: 40, max_tokens: 12 };
    expect(convert({ ...fields, stop_sequences: ['END', '', '\n'] })).toEqual({
      ...fields,
      stop: ['END', '\n'],
    });
    expect(convert({ stop_sequences: [''] })).toEqual({});
    expect(convert({ max_tokens: 0 })).toEqual({ max_tokens: 0 });
  });

  it('clamps instead of refusing', () => {
    expect(convert({ temperature: -1 })).toEqual({ temperature: 0 });
    expect(convert({ max_tokens: 128_000 }, 32_768)).toEqual({ max_tokens: 32_768 });
    expect(convert({ max_tokens: 1e15 })).toEqual({ max_tokens: 2_147_483_647 });
  });
});
