import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../chat/types.ts';
import type { MessageParam, MessagesRequest } from '../messages/types.ts';
import { toChatRequest } from './request.ts';

const billing = 'x-anthropic-billing-header: cc_version=2.1.330.440; cc_entrypoint=cli;';

function convert(fields: Partial<MessagesRequest>): ChatRequest['messages'] {
  const request = { model: 'm', max_tokens: 1, messages: [user('hi')], ...fields };
  return toChatRequest(request, { model: { id: 'm' }, traits: {} }).messages;
}
const user = (content: MessageParam['content']): MessageParam => ({ role: 'user', content });
const assistant = (content: MessageParam['content']): MessageParam => ({ role: 'assistant', content });
const system = (content: MessageParam['content']): MessageParam => ({ role: 'system', content });
const text = (value: string) => ({ type: 'text' as const, text: value });
const reminder = (value: string) => `<system-reminder>\n${value}\n</system-reminder>`;

describe('the system prompt', () => {
  it('is one message, blocks apart', () => {
    const [first, second] = convert({ system: [text('You are X.'), text('  \n'), text('Be kind.')] });
    expect(first).toEqual({ role: 'system', content: 'You are X.\n\nBe kind.' });
    expect(second).toEqual({ role: 'user', content: 'hi' });
  });

  it('is the same for a string and a block', () => {
    expect(convert({ system: 'S' })).toEqual(convert({ system: [text('S')] }));
  });

  it.each([[undefined], [null], [''], [[]], [[text(' ')]], [billing], [[text(billing)]]])(
    'is left out when there is nothing to say: %j',
    (value) => {
      expect(convert(value === undefined ? {} : { system: value })).toEqual([
        { role: 'user', content: 'hi' },
      ]);
    },
  );

  it('loses the attribution line, whether it is a block or a line', () => {
    const expected = convert({ system: 'You are X.\n\nBe kind.' });
    expect(convert({ system: [text(billing), text('You are X.'), text('Be kind.')] })).toEqual(expected);
    expect(convert({ system: `${billing}\n\nYou are X.\n\nBe kind.` })).toEqual(expected);
    expect(convert({ messages: [system(`${billing}\nYou are X.\n\nBe kind.`), user('hi')] })).toEqual(
      expected,
    );
  });

  it('takes in system turns that come before any other', () => {
    const messages = [system('A'), system([text('B')]), user('hi')];
    expect(convert({ system: 'S', messages })).toEqual([
      { role: 'system', content: 'S\n\nA\n\nB' },
      { role: 'user', content: 'hi' },
    ]);
  });

  it('names the tools that nothing here can run', () => {
    const tools = [
      { type: 'web_search_20250305', name: 'web_search' },
      { type: 'mcp_toolset', mcp_server_name: 'files' },
    ];
    expect(convert({ system: 'S', tools })[0]).toEqual({
      role: 'system',
      content:
        'S\n\nThese tools are not available on this server, do not try to call them: web_search, files.',
    });
  });
});

describe('a system turn inside the conversation', () => {
  it('goes in front of the first words of the user', () => {
    expect(
      convert({
        messages: [user([text('a'), text('b')]), system('one'), system([text('two'), text('three')])],
      }),
    ).toEqual([{ role: 'user', content: `${reminder('one')}\n\n${reminder('two\n\nthree')}\n\na\n\nb` }]);
  });

  it('stays behind what the user said after an earlier one', () => {
    expect(convert({ messages: [user('a'), system('one'), user('b'), system('two')] })).toEqual([
      { role: 'user', content: `${reminder('one')}\n\na\n\nb\n\n${reminder('two')}` },
    ]);
  });

  it('is appended to a later user turn', () => {
    const messages = [user('a'), assistant('b'), user('c'), system('one')];
    expect(convert({ messages }).at(-1)).toEqual({ role: 'user', content: `c\n\n${reminder('one')}` });
  });

  it('is appended to the last tool result, and opens no user turn', () => {
    const calls = ['x', 'y'].map((id) => ({ type: 'tool_use', id, name: 'f', input: {} }));
    const results = ['x', 'y'].map((id) => ({ type: 'tool_result', tool_use_id: id, content: id }));
    expect(
      convert({ messages: [user('a'), assistant(calls), user(results), system('one')] }).slice(2),
    ).toEqual([
      { role: 'tool', tool_call_id: 'x', content: 'x' },
      { role: 'tool', tool_call_id: 'y', content: `y\n\n${reminder('one')}` },
    ]);
  });

  it('waits for the results when it stands between calls and results', () => {
    const call = { type: 'tool_use', id: 'x', name: 'f', input: {} };
    const result = { type: 'tool_result', tool_use_id: 'x', content: 'done' };
    expect(
      convert({ messages: [user('a'), assistant([call]), system('one'), user([result])] }).slice(2),
    ).toEqual([{ role: 'tool', tool_call_id: 'x', content: `done\n\n${reminder('one')}` }]);
  });

  it('becomes a user turn behind an assistant turn', () => {
    expect(convert({ messages: [user('a'), assistant('b'), system('one')] }).at(-1)).toEqual({
      role: 'user',
      content: reminder('one'),
    });
  });

  it('keeps tags that it already has, and notes changed tools', () => {
    expect(convert({ messages: [user('a'), assistant('b'), system(reminder('x'))] }).at(-1)?.content).toBe(
      reminder('x'),
    );
    const change = { type: 'tool_removal', tool: { type: 'tool_reference', name: 'Bash' } };
    expect(convert({ messages: [user('a'), assistant('b'), system([change])] }).at(-1)?.content).toBe(
      reminder('[Tool Bash was removed]'),
    );
  });

  it('is nothing when it is blank', () => {
    expect(convert({ messages: [user('a'), system(' ')] })).toEqual([{ role: 'user', content: 'a' }]);
  });
});
