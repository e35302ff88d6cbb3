import { describe, expect, it } from 'vitest';
import type { MessagesRequest } from '../messages/types.ts';
import { toResponsePlan } from './response-plan.ts';

const minimal: MessagesRequest = {
  model: 'claude-x',
  max_tokens: 5,
  messages: [{ role: 'user', content: 'hi' }],
};
const begun: MessagesRequest['messages'] = [
  { role: 'user', content: 'hi' },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'The ' },
    ],
  },
  { role: 'assistant', content: 'answer' },
];
const options = { model: { id: 'qwen' }, traits: {} };

describe('toResponsePlan', () => {
  it('is plain data about the request', () => {
    expect(toResponsePlan(minimal, options)).toEqual({
      model: 'claude-x',
      stopSequences: [],
      hideThinking: false,
      discardOutput: false,
    });
    const request: MessagesRequest = {
      ...minimal,
      max_tokens: 0,
      stop_sequences: ['', 'END'],
      thinking: { type: 'adaptive', display: 'omitted' },
    };
    expect(toResponsePlan(request, { model: { id: 'qwen', contextWindow: 4096 }, traits: {} })).toEqual({
      model: 'claude-x',
      stopSequences: ['END'],
      hideThinking: true,
      discardOutput: true,
      contextWindow: 4096,
    });
  });

  it('shows thinking unless it is omitted', () => {
    const hides = (display: string | null) =>
      toResponsePlan({ ...minimal, thinking: { type: 'adaptive', display } }, options).hideThinking;
    expect([hides('omitted'), hides('summarized'), hides('updates'), hides(null)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('knows what the answer will repeat, on an upstream that repeats', () => {
    const request = { ...minimal, messages: begun };
    expect(toResponsePlan(request, { ...options, traits: { echoesPrefill: true } }).prefill).toBe(
      'The answer',
    );
    expect(toResponsePlan(request, options).prefill).toBeUndefined();
    expect(toResponsePlan(minimal, { ...options, traits: { echoesPrefill: true } }).prefill).toBeUndefined();
    const folded = [...begun, { role: 'system' as const, content: 's' }];
    expect(
      toResponsePlan({ ...minimal, messages: folded }, { ...options, traits: { echoesPrefill: true } })
        .prefill,
    ).toBeUndefined();
  });
});
