import { describe, expect, it } from 'vitest';
import type { ChatMessage, ChatRequest } from '../chat/types.ts';
import { createPrefixTracker, type PrefixBreak } from './prefix-report.ts';

const tool = (name: string): NonNullable<ChatRequest['tools']>[number] => ({
  type: 'function',
  function: { name, description: name.repeat(50), parameters: {} },
});
const system: ChatMessage = { role: 'system', content: 'rules '.repeat(1000) };
const call: ChatMessage = {
  role: 'assistant',
  content: '',
  reasoning_content: 'hm',
  tool_calls: [{ id: 'x', type: 'function', function: { name: 'read', arguments: '{ "a": 1 }' } }],
};
const first: ChatRequest = {
  model: 'm',
  tools: [tool('read'), tool('edit')],
  messages: [
    system,
    { role: 'user', content: 'Do it.' },
    call,
    { role: 'tool', tool_call_id: 'x', content: 'done' },
  ],
};

/** Returns what is said of `second` when it follows `first`. */
function compare(second: Partial<ChatRequest>, before = first): PrefixBreak | undefined {
  const tracker = createPrefixTracker();
  expect(tracker.compare('a', before)).toBeUndefined();
  return tracker.compare('a', { ...before, ...second });
}

function replaceAt(index: number, message: ChatMessage): ChatMessage[] {
  return first.messages.map((old, position) => (position === index ? message : old));
}

describe('the prefix is whole', () => {
  it('when the request is repeated, goes on, or its last message grows', () => {
    expect(compare({})).toBeUndefined();
    expect(
      compare({
        messages: [...first.messages, { role: 'assistant', content: 'ok' }, { role: 'user', content: 'x' }],
      }),
    ).toBeUndefined();
    expect(
      compare({
        messages: replaceAt(3, { role: 'tool', tool_call_id: 'x', content: 'done\n\nAnd a reminder' }),
      }),
    ).toBeUndefined();
    const long: ChatRequest = { model: 'm', messages: [{ role: 'user', content: 'x'.repeat(5000) }] };
    expect(compare({ messages: [{ role: 'user', content: 'x'.repeat(9000) }] }, long)).toBeUndefined();
  });

  it('when the client goes back to an earlier turn', () => {
    expect(compare({ messages: first.messages.slice(0, 2) })).toBeUndefined();
  });

  it('in another conversation, and in a request of another kind', () => {
    const tracker = createPrefixTracker();
    tracker.compare('a', first);
    expect(tracker.compare('b', { ...first, messages: [{ role: 'user', content: 'else' }] })).toBeUndefined();
    expect(
      tracker.compare('a', { model: 'm', messages: [{ role: 'user', content: 'A title?' }] }),
    ).toBeUndefined();
    expect(tracker.compare('a', first)).toBeUndefined();
  });
});

describe('a break is told', () => {
  it('in the tools: one put in front of others, one taken away, one appended', () => {
    const tools = [tool('read'), tool('ask'), tool('edit')];
    expect(compare({ tools })).toMatchObject({
      where: 'tools',
      index: 1,
      keptCharacters: expect.any(Number),
    });
    expect(compare({ tools: [tool('read')] })).toMatchObject({ where: 'system' });
    expect(compare({ tools: [...(first.tools ?? []), tool('ask')] })).toMatchObject({
      where: 'tools',
      index: 2,
    });
  });

  it('in the system prompt, to the character', () => {
    const content = `${'rules '.repeat(900)}another day`;
    const found = compare({ messages: replaceAt(0, { role: 'system', content }) });
    const tools = JSON.stringify(tool('read').function).length + JSON.stringify(tool('edit').function).length;
    expect(found).toMatchObject({ where: 'system' });
    expect(found).not.toHaveProperty('index');
    const kept = (found?.keptCharacters ?? 0) - tools;
    expect(kept).toBe('system'.length + 5400);
    expect((found?.keptCharacters ?? 0) + (found?.lostCharacters ?? 0)).toBeGreaterThan(6000 + tools);
  });

  it.each<[number, string, ChatMessage]>([
    [1, 'words', { role: 'user', content: 'Do that.' }],
    [1, 'a message that grew and was not the last', { role: 'user', content: 'Do it. Now.' }],
    [2, 'lost thinking', { role: 'assistant', content: '', tool_calls: call.tool_calls ?? [] }],
    [2, 'text', { ...call, content: 'Well.' }],
    [
      2,
      'arguments spelled anew',
      {
        ...call,
        tool_calls: [{ id: 'x', type: 'function', function: { name: 'read', arguments: '{"a":1}' } }],
      },
    ],
    [3, 'a cleared result', { role: 'tool', tool_call_id: 'x', content: '[cleared]' }],
  ])('in message %i: %s', (index, _, message) => {
    const messages: ChatMessage[] = [...replaceAt(index, message), { role: 'user', content: 'more' }];
    expect(compare({ messages })).toMatchObject({ where: 'message', index });
  });

  it('in an image, of which only a part is looked at', () => {
    const chat = (url: string): ChatRequest => ({
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
    });
    expect(compare(chat('a'.repeat(10_000)), chat('b'.repeat(10_000)))).toMatchObject({
      where: 'message',
      index: 0,
    });
    expect(compare(chat('a'.repeat(10_000)), chat('a'.repeat(10_000)))).toBeUndefined();
  });
});

describe('the tracker', () => {
  it('compares with the last request, not the first', () => {
    const tracker = createPrefixTracker();
    const changed = { ...first, messages: replaceAt(1, { role: 'user', content: 'Do that.' }) };
    tracker.compare('a', first);
    expect(tracker.compare('a', changed)).toBeDefined();
    expect(tracker.compare('a', changed)).toBeUndefined();
  });

  it('forgets the conversation that was used least recently', () => {
    const characters =
      2 * 2048 + 'systemuserassistanttool'.length + 6000 + 'Do it.hmread{ "a": 1 }done'.length;
    const tracker = createPrefixTracker({ maxCharacters: 2 * characters });
    const other = { ...first, tools: [tool('else')] };
    for (const id of ['a', 'b', 'a', 'c']) tracker.compare(id, first);
    expect(tracker.compare('a', other)).toBeDefined();
    expect(tracker.compare('b', other)).toBeUndefined();
  });
});

describe('an answer that was appended', () => {
  const answer: ChatMessage = { role: 'assistant', content: 'Done.', reasoning_content: 'easy' };
  const next = (replayed: ChatMessage): ChatRequest => ({
    ...first,
    messages: [...first.messages, replayed, { role: 'user', content: 'more' }],
  });

  it('is compared with what the client makes of it', () => {
    const tracker = createPrefixTracker();
    for (const [replayed, expected] of [
      [answer, undefined],
      [
        { role: 'assistant', content: 'Done.' },
        { where: 'message', index: 4 },
      ],
    ] as const) {
      tracker.compare('a', first);
      tracker.append('a', first, answer);
      const found = tracker.compare('a', next(replayed));
      if (expected) expect(found).toMatchObject(expected);
      else expect(found).toBeUndefined();
    }
  });

  it('too late for a conversation that has gone on is ignored', () => {
    const tracker = createPrefixTracker();
    tracker.compare('a', first);
    tracker.compare('a', next(answer));
    tracker.append('a', first, { role: 'assistant', content: 'else' });
    expect(tracker.compare('a', next(answer))).toBeUndefined();
  });
});
