import type { MessagesRequest } from '@llama-messages/core';
import { expect, it } from 'vitest';
import { toTitle } from './request-title.ts';

type Messages = MessagesRequest['messages'];

function titleOf(messages: Messages): string {
  return toTitle({ model: 'any', max_tokens: 1, messages });
}

it('is the last thing that the user said', () => {
  expect(
    titleOf([
      { role: 'user', content: 'First' },
      { role: 'assistant', content: 'Well' },
      { role: 'user', content: [{ type: 'text', text: ' Second\n  line ' }] },
    ]),
  ).toBe('Second line');
});

it('leaves out what clients add around it', () => {
  const reminder = { type: 'text', text: '<system-reminder>\nToday is Monday.\n</system-reminder>' };
  expect(titleOf([{ role: 'user', content: [reminder, { type: 'text', text: 'Hello' }, reminder] }])).toBe(
    'Hello',
  );
});

it('says what came instead of words', () => {
  expect(
    titleOf([{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'secret' }] }]),
  ).toBe('[tool result]');
  expect(titleOf([{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'x' } }] }])).toBe(
    '[image]',
  );
});

it('is short, however long the text is', () => {
  expect(titleOf([{ role: 'user', content: 'word '.repeat(100_000) }]).length).toBeLessThanOrEqual(120);
});
