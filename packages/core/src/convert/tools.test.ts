import { describe, expect, it } from 'vitest';
import type { MessageParam, MessagesRequest, ToolParam } from '../messages/types.ts';
import { toChatRequest } from './request.ts';

function convert(tools: ToolParam[], fields: Partial<MessagesRequest> = {}) {
  const request = {
    model: 'm',
    max_tokens: 1,
    messages: [{ role: 'user' as const, content: 'hi' }],
    tools,
    ...fields,
  };
  return toChatRequest(request, { model: { id: 'm' }, traits: {} });
}
const names = (tools: ToolParam[], fields?: Partial<MessagesRequest>) =>
  convert(tools, fields).tools?.map((tool) => tool.function.name);
const tool = (name: string, extra = {}): ToolParam => ({
  name,
  description: `d ${name}`,
  input_schema: { type: 'object', properties: {} },
  ...extra,
});
const deferred = (name: string) => tool(name, { defer_loading: true });
const search = { type: 'web_search_20250305', name: 'web_search' };

describe('custom tools', () => {
  it('become functions in the same order, without what no model reads', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { x: { type: 'string' } },
    };
    const converted = convert([
      { name: 'b', input_schema: schema, cache_control: { type: 'ephemeral' } } as ToolParam,
      tool('a', { type: 'custom' }),
    ]);
    expect(converted.tools).toEqual([
      {
        type: 'function',
        function: { name: 'b', parameters: { type: 'object', properties: { x: { type: 'string' } } } },
      },
      {
        type: 'function',
        function: { name: 'a', description: 'd a', parameters: { type: 'object', properties: {} } },
      },
    ]);
    expect(schema.$schema).toBeDefined();
  });

  it('show their examples in the description', () => {
    const examples = [{ x: 1 }, { x: 'two' }];
    expect(convert([tool('a', { input_examples: examples })]).tools?.[0]?.function.description).toBe(
      'd a\n\nExamples of input:\n{"x":1}\n{"x":"two"}',
    );
  });

  it('may not share a name', () => {
    expect(() => convert([tool('a'), tool('a')])).toThrow('tools: Tool names must be unique.');
    expect(names([tool('a'), deferred('a')])).toEqual(['a']);
  });
});

describe('tools that a client runs and names by type', () => {
  it.each([
    ['bash_20250124', 'bash', ['command', 'restart']],
    [
      'text_editor_20241022',
      'str_replace_editor',
      ['command', 'path', 'file_text', 'old_str', 'new_str', 'insert_line', 'view_range'],
    ],
    [
      'text_editor_20250124',
      'str_replace_editor',
      ['command', 'path', 'file_text', 'old_str', 'new_str', 'insert_line', 'view_range'],
    ],
    [
      'text_editor_20250728',
      'str_replace_based_edit_tool',
      ['command', 'path', 'file_text', 'old_str', 'new_str', 'insert_line', 'insert_text', 'view_range'],
    ],
    [
      'memory_20250818',
      'memory',
      [
        'command',
        'path',
        'view_range',
        'file_text',
        'old_str',
        'new_str',
        'insert_line',
        'insert_text',
        'old_path',
        'new_path',
      ],
    ],
  ])('%s has its documented schema', (type, name, properties) => {
    const [converted] = convert([{ type, name }]).tools ?? [];
    expect(converted?.function.name).toBe(name);
    expect(converted?.function.description).toMatch(/\w{4}/);
    expect(Object.keys(converted?.function.parameters['properties'] ?? {})).toEqual(properties);
    expect(convert([{ type }]).tools).toEqual([converted]);
  });

  it('only early editors can undo', () => {
    const commands = (type: string) => JSON.stringify(convert([{ type }]).tools?.[0]?.function.parameters);
    expect(commands('text_editor_20250124')).toContain('undo_edit');
    expect(commands('text_editor_20250429')).not.toContain('undo_edit');
  });
});

describe('deferred tools', () => {
  const found = (...tools: string[]): MessageParam[] => [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'search', input: {} }] },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'x',
          content: tools.map((name) => ({ type: 'tool_reference', tool_name: name })),
        },
      ],
    },
  ];
  const tools = [deferred('a'), tool('b'), deferred('c'), deferred('d')];

  it('are hidden until they are found, then come last, in the order of finding', () => {
    expect(names(tools)).toEqual(['b']);
    expect(names(tools, { messages: found('d') })).toEqual(['b', 'd']);
    expect(names(tools, { messages: found('d', 'a', 'd', 'nowhere', 'b') })).toEqual(['b', 'd', 'a']);
  });

  it('are found by Anthropic too', () => {
    const block = {
      type: 'tool_search_tool_result',
      tool_use_id: 's',
      content: { type: 'r', tool_references: [{ type: 'tool_reference', tool_name: 'c' }] },
    };
    const messages: MessageParam[] = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [block] },
      { role: 'user', content: 'go' },
    ];
    expect(names(tools, { messages })).toEqual(['b', 'c']);
  });

  it('are all offered when the search is one that nothing here can run', () => {
    expect(
      names([{ type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' }, ...tools]),
    ).toEqual(['b', 'a', 'c', 'd']);
  });

  it('of the same name as a visible tool are never offered twice', () => {
    expect(names([tool('a'), deferred('a')], { messages: found('a') })).toEqual(['a']);
  });

  it('can be chosen by name', () => {
    expect(names(tools, { tool_choice: { type: 'tool', name: 'c' } })).toEqual(['c']);
  });
});

describe('tool_choice', () => {
  const tools = [tool('a'), tool('b')];

  it.each([
    [undefined, 'auto', ['a', 'b']],
    [{ type: 'auto' }, 'auto', ['a', 'b']],
    [{ type: 'any' }, 'required', ['a', 'b']],
    [{ type: 'none' }, 'none', ['a', 'b']],
    [{ type: 'tool', name: 'b' }, 'required', ['b']],
  ] as const)('%j works on llama-server', (choice, expected, offered) => {
    const fields = choice ? { tool_choice: choice } : {};
    expect(convert(tools, fields).tool_choice).toBe(expected);
    expect(names(tools, fields)).toEqual(offered);
  });

  it('of a tool that is not there is refused', () => {
    expect(() => convert(tools, { tool_choice: { type: 'tool', name: 'x' } })).toThrow(
      "tool_choice: Tool 'x' not found in provided tools",
    );
  });

  it('of a tool that nothing here can run gives a plain answer', () => {
    const plain = convert([search], { tool_choice: { type: 'tool', name: 'web_search' } });
    expect([plain.tools, plain.tool_choice, plain.parallel_tool_calls]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(plain.messages[0]?.content).toContain('web_search');
    expect(
      convert([search, tool('a')], { tool_choice: { type: 'tool', name: 'web_search' } }).tool_choice,
    ).toBe('auto');
  });

  it('allows parallel calls unless they are disabled', () => {
    expect(convert(tools).parallel_tool_calls).toBe(true);
    expect(
      convert(tools, { tool_choice: { type: 'auto', disable_parallel_tool_use: true } }).parallel_tool_calls,
    ).toBe(false);
    expect(convert([], { tool_choice: { type: 'any' } })).not.toHaveProperty('tool_choice');
  });
});
