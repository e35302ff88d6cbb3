import { describe, expect, it } from 'vitest';
import type { MessagesRequest, ToolParam } from '../messages/types.ts';
import { toChatRequest } from './request.ts';
import { toResponsePlan } from './response-plan.ts';

const schema = { type: 'object', properties: { answer: { type: 'number' } }, required: ['answer'] };
const format = { type: 'json_schema' as const, schema };
const weather: ToolParam = { name: 'weather', input_schema: { type: 'object' } };
const responseFormat = { type: 'json_schema', json_schema: { name: 'response', schema } };

function convert(fields: Partial<MessagesRequest>, schemaExcludesTools = true) {
  const request = {
    model: 'm',
    max_tokens: 1,
    messages: [{ role: 'user' as const, content: 'hi' }],
    output_config: { format },
    ...fields,
  };
  const options = { model: { id: 'm' }, traits: { schemaExcludesTools } };
  const chat = toChatRequest(request, options);
  return {
    chat,
    tools: chat.tools?.map((tool) => tool.function.name),
    plan: toResponsePlan(request, options),
  };
}

describe('a schema for the answer', () => {
  it('is a response format, under its new name and its old', () => {
    expect(convert({}).chat.response_format).toEqual(responseFormat);
    expect(convert({ output_config: null, output_format: format }).chat.response_format).toEqual(
      responseFormat,
    );
    expect(convert({ output_config: { effort: 'low' } }).chat.response_format).toBeUndefined();
  });

  it('is one more tool, last, where the upstream takes no schema beside tools', () => {
    const { chat, tools, plan } = convert({ tools: [weather] });
    expect(tools).toEqual(['weather', 'structured_output']);
    expect(chat.tools?.at(-1)?.function.parameters).toEqual(schema);
    expect([chat.tool_choice, chat.response_format, plan.structuredTool]).toEqual([
      'required',
      undefined,
      'structured_output',
    ]);
  });

  it('never takes the name of a tool', () => {
    const taken = ['structured_output', 'structured_output_2'].map((name) => ({ ...weather, name }));
    expect(convert({ tools: taken }).plan.structuredTool).toBe('structured_output_3');
  });

  it('stands beside tools where the upstream can do both', () => {
    const { chat, tools, plan } = convert({ tools: [weather] }, false);
    expect([tools, chat.tool_choice, chat.response_format, plan.structuredTool]).toEqual([
      ['weather'],
      'auto',
      responseFormat,
      undefined,
    ]);
  });

  it('is a response format when the tools may not be used, which stay in the prompt', () => {
    const { chat, tools, plan } = convert({ tools: [weather], tool_choice: { type: 'none' } });
    expect([tools, chat.tool_choice, chat.response_format, plan.structuredTool]).toEqual([
      ['weather'],
      'none',
      responseFormat,
      undefined,
    ]);
  });

  it.each([{ type: 'any' }, { type: 'tool', name: 'weather' }] as const)(
    'does not stand in the way of a call that must be made: %j',
    (choice) => {
      const { chat, tools, plan } = convert({ tools: [weather], tool_choice: choice });
      expect([tools, chat.tool_choice, chat.response_format, plan.structuredTool]).toEqual([
        ['weather'],
        'required',
        undefined,
        undefined,
      ]);
    },
  );
});
