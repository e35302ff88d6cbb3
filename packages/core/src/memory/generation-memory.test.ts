import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../chat/types.ts';
import { type ChatAssistantMessage, createGenerationMemory } from './generation-memory.ts';

const asked: ChatMessage = { role: 'user', content: 'Fix it.' };
const answered: ChatMessage = { role: 'user', content: 'Go on.' };

function calling(id: string, json: string, more: Partial<ChatAssistantMessage> = {}): ChatAssistantMessage {
  return {
    role: 'assistant',
    content: '',
    tool_calls: [{ id, type: 'function', function: { name: 'Edit', arguments: json } }],
    ...more,
  };
}

/** Returns what becomes of `replayed` when `generated` is remembered. */
function restore(generated: ChatAssistantMessage, replayed: ChatAssistantMessage): ChatMessage | undefined {
  const memory = createGenerationMemory();
  memory.record('owner', [asked], generated);
  return memory.restore('owner', [asked, replayed, answered])[1];
}

describe('what the client says in other words is put back', () => {
  it('arguments of Edit: another order, a default filled in, ends of lines trimmed', () => {
    const generated = calling('x', '{"file_path": "a.py", "old_string": "x = 5.0  ", "new_string": "y"}');
    const replayed = calling(
      'x',
      '{"replace_all":false,"file_path":"a.py","old_string":"x = 5.0","new_string":"y"}',
    );
    expect(restore(generated, replayed)).toEqual(generated);
  });

  it('thinking that the client dropped, blank text, and text that stood around a call', () => {
    const generated = calling('x', '{}', {
      content: '\n\nLet me see.\n\nDone.\n',
      reasoning_content: 'hm\n',
    });
    expect(restore(generated, calling('x', '{}', { content: 'Let me see.Done.' }))).toEqual(generated);
    const blank = calling('x', '{}', { content: '\n\n', reasoning_content: 'hm' });
    expect(restore(blank, calling('x', '{}', { reasoning_content: 'hm' }))).toEqual(blank);
  });

  it('a message without calls, by what it says and answers', () => {
    const memory = createGenerationMemory();
    const before = ['One?', 'Two?'].map((content): ChatMessage => ({ role: 'user', content }));
    for (const prompt of before) {
      memory.record('owner', [prompt], {
        role: 'assistant',
        content: 'Done.\n',
        reasoning_content: `${String(prompt.content)} Easy.`,
      });
    }
    for (const prompt of before) {
      const [, restored] = memory.restore('owner', [
        prompt,
        { role: 'assistant', content: 'Done.' },
        answered,
      ]);
      expect(restored).toMatchObject({
        content: 'Done.\n',
        reasoning_content: `${String(prompt.content)} Easy.`,
      });
    }
  });

  it('null as empty text, which every template can render', () => {
    expect(restore(calling('x', '{ }', { content: null }), calling('x', '{}'))).toEqual(calling('x', '{ }'));
  });

  it('each call by itself, where the client has put two answers into one turn or dropped a call', () => {
    const memory = createGenerationMemory();
    memory.record('owner', [asked], calling('x', '{ "a": 1 }', { content: 'First.' }));
    memory.record('owner', [asked], calling('y', '{ "b": 2 }', { content: 'Then.' }));
    const calls = [
      ...(calling('x', '{"a":1}').tool_calls ?? []),
      ...(calling('y', '{"b":2}').tool_calls ?? []),
    ];
    const turn: ChatMessage = { role: 'assistant', content: 'First.Then.', tool_calls: calls };
    expect(memory.restore('owner', [asked, turn, answered])[1]).toMatchObject({
      content: 'First.Then.',
      tool_calls: [{ function: { arguments: '{ "a": 1 }' } }, { function: { arguments: '{ "b": 2 }' } }],
    });
  });
});

describe('arguments that were repaired', () => {
  const generated = calling('x', '{ "n": "5" }', { content: 'I count.' });
  const sent = new Map([['x', '{ "n": 5 }']]);

  it('are put back where the client says what it was sent, or what was generated', () => {
    const memory = createGenerationMemory();
    memory.record('owner', [asked], generated, sent);
    for (const json of ['{"n":5}', '{"n":"5"}']) {
      const replayed = calling('x', json, { content: 'I count.' });
      expect(memory.restore('owner', [asked, replayed, answered])[1]).toEqual(generated);
    }
    const changed = calling('x', '{"n":6}', { content: 'I count.' });
    expect(memory.restore('owner', [asked, changed, answered])[1]).toEqual(changed);
    const others = calling('x', '{"n":5}');
    expect(memory.restore('other', [asked, others, answered])[1]).toEqual(others);
  });

  it('count among the bytes that are kept', () => {
    const memory = createGenerationMemory({ maxBytes: 2_000 });
    memory.record('owner', [asked], generated, new Map([['x', `{"n": "${'5'.repeat(1_000)}"}`]]));
    const replayed = calling('x', '{"n":"5"}', { content: 'I count.' });
    expect(memory.restore('owner', [asked, replayed, answered])[1]).toEqual(replayed);
  });
});

describe("what the client has changed stays the client's", () => {
  const generated = calling('x', '{ "a": "b" }', { content: 'I read it.', reasoning_content: 'hm' });

  it.each<[string, ChatAssistantMessage]>([
    ['a value', calling('x', '{"a":"c"}', { content: 'I read it.' })],
    ['a field more', calling('x', '{"a":"b","c":1}', { content: 'I read it.' })],
    [
      'the name',
      {
        ...calling('x', '{"a":"b"}'),
        tool_calls: [{ id: 'x', type: 'function', function: { name: 'Read', arguments: '{"a":"b"}' } }],
      },
    ],
    ['the id', calling('y', '{"a":"b"}', { content: 'I read it.' })],
  ])('%s', (_, replayed) => {
    expect(restore(generated, replayed)).toEqual(replayed);
  });

  it('text or thinking, beside arguments that are put back', () => {
    for (const change of [{ content: 'I wrote it.' }, { content: 'I read it.', reasoning_content: 'aha' }]) {
      const replayed = calling('x', '{"a":"b"}', change);
      expect(restore(generated, replayed)).toEqual(calling('x', '{ "a": "b" }', change));
    }
  });

  it('the beginning of an answer, which is not replayed', () => {
    const memory = createGenerationMemory();
    memory.record('owner', [asked], { role: 'assistant', content: 'Yes.\n', reasoning_content: 'hm' });
    const prefill: ChatMessage = { role: 'assistant', content: 'Yes.' };
    expect(memory.restore('owner', [asked, prefill])[1]).toEqual(prefill);
  });

  it('arguments that were cut off or are none', () => {
    for (const json of ['{"a": "b', '', '"{}"', 'null']) {
      expect(restore(calling('x', json), calling('x', '{}'))).toEqual(calling('x', '{}'));
    }
  });
});

describe('the memory', () => {
  const replayed = calling('x', '{"a":1}');
  const generated = calling('x', '{ "a": 1 }');

  it("is nobody else's", () => {
    const memory = createGenerationMemory();
    memory.record('one', [asked], { ...generated, reasoning_content: 'secret' });
    memory.record('one', [asked], { role: 'assistant', content: 'Hi ', reasoning_content: 'secret' });
    const messages: ChatMessage[] = [asked, replayed, asked, { role: 'assistant', content: 'Hi' }, answered];
    expect(memory.restore('two', messages)).toEqual(messages);
    expect(JSON.stringify(memory.restore('one', messages)).match(/secret/g)).toHaveLength(2);
  });

  it('changes nothing it is given, and cannot be changed through it', () => {
    const memory = createGenerationMemory();
    const given = structuredClone(generated);
    memory.record('owner', [asked], given);
    const messages = Object.freeze([asked, Object.freeze(structuredClone(replayed)), answered]);
    for (const call of given.tool_calls ?? []) call.function.arguments = 'changed';
    const [, restored] = memory.restore('owner', messages);
    expect(restored).toEqual(generated);
    if (restored?.role === 'assistant') restored.tool_calls?.splice(0);
    expect(memory.restore('owner', messages)[1]).toEqual(generated);
  });

  it('keeps the messages used last, within its bytes', () => {
    const memory = createGenerationMemory({ maxBytes: 30_000 });
    const json = (index: number): string => `{ "a": "${String(index).repeat(2000)}" }`;
    const isKept = (index: number): boolean => {
      const compact = json(index).replaceAll(' ', '');
      const [, restored] = memory.restore('owner', [asked, calling(`x${index}`, compact), answered]);
      return JSON.stringify(restored) !== JSON.stringify(calling(`x${index}`, compact));
    };
    for (let index = 0; index < 6; index += 1)
      memory.record('owner', [asked], calling(`x${index}`, json(index)));
    expect(isKept(0)).toBe(true);
    memory.record('owner', [asked], calling('x6', json(6)));
    memory.record('owner', [asked], calling('x7', json(7)));
    expect([0, 1, 2, 3, 4, 5, 6, 7].filter(isKept)).toEqual([0, 3, 4, 5, 6, 7]);
    memory.record('owner', [asked], calling('x8', json(8).repeat(10)));
    expect([0, 3, 4, 5, 6, 7].every(isKept)).toBe(true);
  });

  it('keeps so many messages, and the later of two with one id', () => {
    const memory = createGenerationMemory({ maxEntries: 1 });
    memory.record('owner', [asked], generated);
    memory.record('owner', [asked], calling('x', '{"a": 1}'));
    expect(memory.restore('owner', [asked, replayed, answered])[1]).toEqual(calling('x', '{"a": 1}'));
    memory.record('owner', [asked], calling('y', '{}'));
    expect(memory.restore('owner', [asked, replayed, answered])[1]).toEqual(replayed);
  });
});
