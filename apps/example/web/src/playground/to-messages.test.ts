import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import type { Answer, AnswerTurn, Step, UserTurn } from './conversation.ts';
import { toMessages } from './to-messages.ts';

const user = (text: string, pictures: UserTurn['pictures'] = []): UserTurn => ({
  role: 'user',
  id: 'u',
  text,
  pictures,
});

const answer = (...steps: readonly Partial<Step>[]): AnswerTurn => ({
  role: 'answer',
  id: 'a',
  answer: signal<Answer>({
    state: { kind: 'done' },
    steps: steps.map((step) => ({
      blocks: [],
      results: [],
      stopReason: 'end_turn',
      counts: undefined,
      times: { firstPieceMs: undefined, writingMs: 0, thinkingMs: 0, pieces: 0 },
      structured: false,
      ...step,
    })),
  }),
});

const thinking = { type: 'thinking', thinking: 'Hm.', signature: 's' } as const;
const text = { type: 'text', text: 'Hello' } as const;
const call = { type: 'tool_use', id: 'c1', name: 'clock', input: {} } as const;

describe('toMessages', () => {
  test('sends an answer back as it came, thinking included, and the results of its tools', () => {
    const result = { id: 'c1', text: 'No', isError: true };
    expect(
      toMessages([user('Hi'), answer({ blocks: [thinking, call], results: [result] }, { blocks: [text] })]),
    ).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [thinking, call] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'No', is_error: true }] },
      { role: 'assistant', content: [text] },
    ]);
  });

  test('leaves out what an answer that was stopped did not finish', () => {
    expect(toMessages([user('Hi'), answer({ blocks: [text, call] })])).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [text] },
    ]);
    // Nothing to answer to would be refused.
    expect(toMessages([user('Hi'), answer({ blocks: [thinking] }), user('Still there?')])).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'user', content: 'Still there?' },
    ]);
  });

  test('sends images in front of the words, which may be missing', () => {
    const picture = { name: 'dot.png', mediaType: 'image/png', data: 'AAAA' } as const;
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
    expect(toMessages([user('What?', [picture])])).toEqual([
      { role: 'user', content: [image, { type: 'text', text: 'What?' }] },
    ]);
    expect(toMessages([user('', [picture])])).toEqual([{ role: 'user', content: [image] }]);
  });
});
