import { describe, expect, it } from 'vitest';
import type { CustomTool, ToolParam } from '../messages/types.ts';
import { oncePerLasting } from './lasting.ts';
import { createToolMemory } from './tool-memory.ts';

const read = (): CustomTool => ({
  name: 'read',
  description: 'Reads a file.',
  input_schema: { type: 'object', properties: { path: { type: 'string' } } },
});

describe('recall', () => {
  it('gives the same object for tools that are the same', () => {
    const memory = createToolMemory();
    const [first] = memory.recall({ tools: [read()] }).tools;
    const [second] = memory.recall({ tools: [read()] }).tools;
    expect(first).toEqual(read());
    expect(second).toBe(first);
  });

  it('gives the same list for the same tools, of any conversation', () => {
    const memory = createToolMemory();
    const write = { ...read(), name: 'write' };
    const { tools } = memory.recall({ tools: [read(), write] });
    expect(memory.recall({ tools: [read()] }).tools).toEqual([read()]);
    expect(memory.recall({ tools: [read(), write] }).tools).toEqual(tools);
    expect(memory.recall({ tools: [read(), write] }).tools).toBe(
      memory.recall({ tools: [read(), write] }).tools,
    );
  });

  it('leaves a tool that is too large to be kept to its host, and the list with it', () => {
    const memory = createToolMemory({ maxCharacters: 500 });
    const large = { ...read(), name: 'large', description: 'x'.repeat(500) };
    const { tools } = memory.recall({ tools: [read(), large] });
    expect(tools[1]).toBe(large);
    expect([Object.isFrozen(tools), Object.isFrozen(large)]).toEqual([false, false]);
  });

  it.each<[string, ToolParam]>([
    [
      'another schema',
      { ...read(), input_schema: { type: 'object', properties: { path: { type: 'integer' } } } },
    ],
    ['another order', { description: 'Reads a file.', name: 'read', input_schema: read().input_schema }],
    ['other words, as many', { ...read(), description: 'Reads a fool.' }],
    ['a field more', { ...read(), defer_loading: true }],
    ['a field less', { name: 'read', input_schema: read().input_schema }],
  ])('takes nothing for a tool with %s', (_what, other) => {
    const memory = createToolMemory();
    memory.recall({ tools: [read()] });
    expect(JSON.stringify(memory.recall({ tools: [other] }).tools)).toBe(JSON.stringify([other]));
  });

  it('keeps the rest of the request, and the request as it is', () => {
    const request = { model: 'm', tools: [read()] };
    const recalled = createToolMemory().recall(request);
    expect(recalled).toEqual(request);
    expect(recalled.tools[0]).not.toBe(request.tools[0]);
    // What the host does with its request later changes nothing here, and nobody changes what all share.
    request.tools[0] = { ...read(), name: 'write' };
    expect(recalled.tools[0]?.name).toBe('read');
    expect(() => Object.assign((recalled.tools[0] as CustomTool).input_schema, { x: 1 })).toThrow(TypeError);
    const without: { tools?: ToolParam[] | null } = {};
    expect(createToolMemory().recall(without)).toBe(without);
  });

  it('forgets what was not used for the longest time', () => {
    const memory = createToolMemory({ maxCharacters: 2 * JSON.stringify(read()).length + 10 });
    const recall = (name: string) => memory.recall({ tools: [{ ...read(), name }] }).tools[0];
    const [one, two] = [recall('one'), recall('two')];
    expect(recall('one')).toBe(one);
    recall('six');
    expect(recall('one')).toBe(one);
    expect(recall('two')).not.toBe(two);
  });

  it('makes something of a tool once', () => {
    let times = 0;
    const toName = oncePerLasting((tool: CustomTool) => {
      times += 1;
      return { name: tool.name };
    });
    const memory = createToolMemory();
    const ask = () => toName(memory.recall({ tools: [read()] }).tools[0] as CustomTool);
    expect(ask()).toBe(ask());
    expect(times).toBe(1);
    // An object that does not last may be another one tomorrow.
    const own = read();
    expect(toName(own).name).toBe('read');
    own.name = 'write';
    expect(toName(own).name).toBe('write');
  });
});
