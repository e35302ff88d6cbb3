import { describe, expect, it } from 'vitest';
import type { ChatMessage, ChatRequest } from '../chat/types.ts';
import type { PrefixBreak } from './prefix-break.ts';
import { createPromptMemory } from './prompt-memory.ts';

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
  const memory = createPromptMemory();
  expect(memory.next('a', before).prefixBreak).toBeUndefined();
  return memory.next('a', { ...before, ...second }).prefixBreak;
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
    const memory = createPromptMemory();
    memory.next('a', first);
    expect(
      memory.next('b', { ...first, messages: [{ role: 'user', content: 'else' }] }).prefixBreak,
    ).toBeUndefined();
    expect(
      memory.next('a', { model: 'm', messages: [{ role: 'user', content: 'A title?' }] }).prefixBreak,
    ).toBeUndefined();
    expect(memory.next('a', first).prefixBreak).toBeUndefined();
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

describe('messages that the previous prompt had, too', () => {
  const copy = (): ChatRequest => structuredClone(first);

  it('are the same objects in the next, and cannot be changed', () => {
    const memory = createPromptMemory();
    const before = memory.next('a', copy()).chat;
    const messages = replaceAt(1, { role: 'user', content: 'Do that.' });
    const { chat } = memory.next('a', {
      ...copy(),
      messages: [...messages, { role: 'user', content: 'more' }],
    });
    expect(chat.messages.map((message, at) => message === before.messages[at])).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(chat.messages[2]).toEqual(call);
    expect(() => Object.assign(chat.messages[0] ?? {}, { content: '' })).toThrow(TypeError);
  });

  it('leave what they were found in as it was', () => {
    const memory = createPromptMemory();
    memory.next('a', first);
    const sent = copy();
    memory.next('a', sent);
    expect(sent).toEqual(first);
    expect(Object.isFrozen(sent.messages[0])).toBe(false);
  });

  it('are never those of another conversation', () => {
    const memory = createPromptMemory();
    const before = memory.next('a', copy()).chat;
    const { chat } = memory.next('b', copy());
    expect(chat.messages.some((message, at) => message === before.messages[at])).toBe(false);
  });
});

describe('the memory', () => {
  it('compares with the last request, not the first', () => {
    const memory = createPromptMemory();
    const changed = { ...first, messages: replaceAt(1, { role: 'user', content: 'Do that.' }) };
    memory.next('a', first);
    expect(memory.next('a', changed).prefixBreak).toBeDefined();
    expect(memory.next('a', changed).prefixBreak).toBeUndefined();
  });

  it('forgets the conversation that was used least recently', () => {
    const characters = 2 * 2048 + 6000 + 'Do it.hm{ "a": 1 }done'.length;
    const memory = createPromptMemory({ maxCharacters: 2 * characters });
    const other = { ...first, tools: [tool('else')] };
    for (const id of ['a', 'b', 'a', 'c']) memory.next(id, first);
    expect(memory.next('a', other).prefixBreak).toBeDefined();
    expect(memory.next('b', other).prefixBreak).toBeUndefined();
  });
});

describe('an answer that was appended', () => {
  const answer: ChatMessage = { role: 'assistant', content: 'Done.', reasoning_content: 'easy' };
  const next = (replayed: ChatMessage): ChatRequest => ({
    ...first,
    messages: [...first.messages, replayed, { role: 'user', content: 'more' }],
  });

  it('is compared with what the client makes of it', () => {
    const memory = createPromptMemory();
    for (const [replayed, expected] of [
      [answer, undefined],
      [
        { role: 'assistant', content: 'Done.' },
        { where: 'message', index: 4 },
      ],
    ] as const) {
      memory.next('a', first);
      memory.append('a', first, answer);
      const found = memory.next('a', next(replayed)).prefixBreak;
      if (expected) expect(found).toMatchObject(expected);
      else expect(found).toBeUndefined();
    }
  });

  it('too late for a conversation that has gone on is ignored', () => {
    const memory = createPromptMemory();
    memory.next('a', first);
    memory.next('a', next(answer));
    memory.append('a', first, { role: 'assistant', content: 'else' });
    expect(memory.next('a', next(answer)).prefixBreak).toBeUndefined();
  });
});
