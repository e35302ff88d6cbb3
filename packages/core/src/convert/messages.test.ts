import { describe, expect, it } from 'vitest';
import type { ContentBlockParam, MessageParam } from '../messages/types.ts';
import { toChatMessages } from './messages.ts';

const convert = (messages: MessageParam[]) =>
  toChatMessages(messages, {
    model: { id: 'm' },
    traits: {},
    readSignature: (signature) => (signature === 'ours' ? 'two' : undefined),
  }).messages;
const user = (content: MessageParam['content']): MessageParam => ({ role: 'user', content });
const assistant = (content: MessageParam['content']): MessageParam => ({ role: 'assistant', content });
const text = (value: string) => ({ type: 'text' as const, text: value });
const call = (id: string, input: unknown = {}): ContentBlockParam => ({
  type: 'tool_use',
  id,
  name: 'f',
  input,
});
const result = (id: string, content: unknown = id, extra = {}): ContentBlockParam => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  ...extra,
});
const png = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } } as const;

describe('user turns', () => {
  it('are the same as a string, as a block, and in pieces', () => {
    const expected = [{ role: 'user', content: 'a\n\nb' }];
    expect(convert([user('a\n\nb')])).toEqual(expected);
    expect(convert([user([text('a'), text(' '), text('b')])])).toEqual(expected);
    expect(convert([user('a'), user([text('b')])])).toEqual(expected);
  });

  it('keep an image between texts in its place', () => {
    expect(convert([user([text('a'), png, text('b'), text('c')])])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'text', text: 'b\n\nc' },
        ],
      },
    ]);
  });

  it('exist even when they are empty', () => {
    expect(convert([user('')])).toEqual([{ role: 'user', content: '' }]);
    expect(() => convert([assistant('')])).toThrow(
      "messages: at least one message with role 'user' is required",
    );
  });
});

describe('assistant turns', () => {
  it('join the texts that citations split, over several messages', () => {
    expect(
      convert([
        user('a'),
        assistant([text('The sky'), text(' is blue')]),
        assistant([text('.')]),
        user('b'),
      ])[1],
    ).toEqual({ role: 'assistant', content: 'The sky is blue.' });
  });

  it('carry tool calls with their arguments in the order of the client', () => {
    const input = { z: 1, a: { é: '/' } };
    expect(
      convert([
        user('a'),
        assistant([text('Let me.'), call('x', input), call('y', 'odd')]),
        user([result('x'), result('y')]),
      ])[1],
    ).toEqual({
      role: 'assistant',
      content: 'Let me.',
      tool_calls: [
        { id: 'x', type: 'function', function: { name: 'f', arguments: '{"z":1,"a":{"é":"/"}}' } },
        { id: 'y', type: 'function', function: { name: 'f', arguments: '"odd"' } },
      ],
    });
  });

  it('send thinking back, also what the client was not shown', () => {
    const blocks = [
      { type: 'thinking', thinking: 'one', signature: '' },
      { type: 'thinking', thinking: '', signature: 'ours' },
      { type: 'thinking', thinking: '', signature: 'EqQBCgIYAhIM' },
      { type: 'redacted_thinking', data: 'xxx' },
    ];
    expect(convert([user('a'), assistant([...blocks, text('b')]), user('c')])[1]).toEqual({
      role: 'assistant',
      content: 'b',
      reasoning_content: 'one\ntwo',
    });
    expect(convert([user('a'), assistant(blocks), user('c')])[1]).toEqual({
      role: 'assistant',
      content: '',
      reasoning_content: 'one\ntwo',
    });
  });

  it('stay last when they are the beginning of the answer, without thinking that would be repeated', () => {
    const thought = { type: 'thinking', thinking: 'hm', signature: 's' };
    expect(convert([user('a'), assistant([thought, text('The answer')])]).at(-1)).toEqual({
      role: 'assistant',
      content: 'The answer',
    });
  });

  it('are dropped at the end when they begin nothing', () => {
    const thought = { type: 'thinking', thinking: 'hm', signature: 's' };
    expect(convert([user('a'), assistant([thought])])).toEqual([{ role: 'user', content: 'a' }]);
    expect(convert([user('a'), assistant('')])).toEqual([{ role: 'user', content: 'a' }]);
  });

  it('keep what was found by tools that Anthropic ran', () => {
    const content = assistant([
      text('Searching.'),
      { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 's',
        content: [{ type: 'web_search_result', title: 'T', url: 'https://t', encrypted_content: 'SECRET' }],
      },
      text('Found '),
      text('it.'),
    ]);
    expect(convert([user('a'), content, user('b')])[1]?.content).toBe(
      'Searching.\n\n[Called web_search with {"query":"q"}]\n\n[Result of web_search]\n{"type":"web_search_result","title":"T","url":"https://t"}\n\nFound it.',
    );
    const summary = { type: 'compaction', content: 'So far: x' };
    expect(convert([user('a'), assistant([summary]), user('b')])[1]?.content).toBe('So far: x');
  });
});

describe('tool results', () => {
  const ask = [user('a'), assistant([call('x'), call('y')])];

  it('come right behind their calls, in front of what the user says', () => {
    expect(convert([...ask, user([text('and now?'), result('y'), result('x')])]).slice(2)).toEqual([
      { role: 'tool', tool_call_id: 'x', content: 'x' },
      { role: 'tool', tool_call_id: 'y', content: 'y' },
      { role: 'user', content: 'and now?' },
    ]);
  });

  it('may be spread over messages in a row', () => {
    expect(
      convert([...ask, user([result('x'), text('t')]), user([result('y')])])
        .slice(2)
        .map((message) => message.role),
    ).toEqual(['tool', 'tool', 'user']);
  });

  it.each<[string, unknown, object, unknown]>([
    ['nothing', undefined, {}, ''],
    ['null', null, {}, ''],
    ['text blocks', [text('a'), text('b')], {}, 'a\n\nb'],
    ['an error', 'no such file', { is_error: true }, 'Error: no such file'],
    [
      'an error that says so',
      '<tool_use_error>x</tool_use_error>',
      { is_error: true },
      '<tool_use_error>x</tool_use_error>',
    ],
    ['an error that says so itself', 'ERROR: x', { is_error: true }, 'ERROR: x'],
    ['an error without words', null, { is_error: true }, 'Error: no details'],
    ['a tool reference', [{ type: 'tool_reference', tool_name: 'WebFetch' }], {}, 'Tool WebFetch loaded'],
    [
      'an image',
      [text('see'), png],
      {},
      [
        { type: 'text', text: 'see' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
    ],
  ])('carry %s', (_, content, extra, expected) => {
    const answer = {
      type: 'tool_result',
      tool_use_id: 'x',
      ...(content !== undefined && { content }),
      ...extra,
    };
    expect(convert([user('a'), assistant([call('x')]), user([answer])]).at(-1)).toEqual({
      role: 'tool',
      tool_call_id: 'x',
      content: expected,
    });
  });

  it('stand in the order of their calls, with what the system says behind the last of them', () => {
    const messages: MessageParam[] = [
      user('a'),
      assistant([call('x'), call('y'), call('z')]),
      user([result('z'), result('x')]),
      user([result('y')]),
      { role: 'system', content: 's' },
    ];
    const [, , ...results] = convert(messages);
    expect(results).toMatchObject([
      { tool_call_id: 'x', content: 'x' },
      { tool_call_id: 'y', content: 'y' },
      { tool_call_id: 'z', content: expect.stringMatching(/^z\n\n[^]*s/) },
    ]);
  });

  it('without their call stay readable, so that no session is lost', () => {
    expect(
      convert([user([result('gone', 'found it')]), assistant('b'), user([result('gone', [png])])]),
    ).toEqual([
      { role: 'user', content: 'Result of tool call gone:\nfound it' },
      { role: 'assistant', content: 'b' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Result of tool call gone:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ]);
  });

  it.each<[string, MessageParam[]]>([
    ['at the end', ask],
    ['when the user says something else', [...ask, user('never mind')]],
    ['when a system turn follows', [...ask, { role: 'system', content: 's' }]],
    ['when the assistant goes on later', [...ask, user('no'), assistant('ok'), user('b')]],
  ])('are demanded %s', (_, messages) => {
    expect(() => convert(messages)).toThrow(
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: x, y. ' +
        'Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
    );
  });
});
