import { describe, expect, it } from 'vitest';
import type { ConvertOptions } from './options.ts';
import type { MessagesRequest } from '../messages/types.ts';
import { toChatRequest } from './request.ts';

function convert(fields: Partial<MessagesRequest>, model: Partial<ConvertOptions['model']> = {}) {
  const request = {
    model: 'm',
    max_tokens: 1,
    messages: [{ role: 'user' as const, content: 'hi' }],
    ...fields,
  };
  const chat = toChatRequest(request, { model: { id: 'm', ...model }, traits: {} });
  return [chat.chat_template_kwargs?.['enable_thinking'], chat.thinking_budget_tokens, chat.reasoning_effort];
}

describe('thinking', () => {
  it.each<[Partial<MessagesRequest>, unknown[]]>([
    [{}, [undefined, undefined, undefined]],
    [{ thinking: null }, [undefined, undefined, undefined]],
    [{ thinking: { type: 'disabled' } }, [false, undefined, 'none']],
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, [true, 1024, undefined]],
    [{ thinking: { type: 'enabled', budget_tokens: 0 } }, [true, 0, undefined]],
    [{ thinking: { type: 'enabled', budget_tokens: -5 } }, [true, 0, undefined]],
    [{ thinking: { type: 'enabled', budget_tokens: 1e300 } }, [true, 2_147_483_647, undefined]],
    [{ thinking: { type: 'enabled' } }, [true, undefined, undefined]],
    [{ thinking: { type: 'adaptive', budget_tokens: 5, display: 'omitted' } }, [true, undefined, undefined]],
    [{ thinking: { type: 'between_tools' } }, [true, undefined, undefined]],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, [true, undefined, 'high']],
    [{ thinking: { type: 'disabled' }, output_config: { effort: 'high' } }, [false, undefined, 'none']],
  ])('%j', (fields, expected) => {
    expect(convert(fields)).toEqual(expected);
  });

  it.each([
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    ['xhigh', 'high'],
    ['someday', undefined],
    [null, undefined],
  ])('effort %s is %s', (effort, expected) => {
    expect(convert({ output_config: { effort } })[2]).toBe(expected);
  });

  it('leaves effort out where the template has none', () => {
    expect(convert({ output_config: { effort: 'high' } }, { effort: false })[2]).toBeUndefined();
    expect(convert({ output_config: { effort: 'high' } }, { effort: true })[2]).toBe('high');
  });

  it('is off behind the beginning of an answer, which older llama-servers refuse otherwise', () => {
    const messages: MessagesRequest['messages'] = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: '{' },
    ];
    expect(convert({ messages, thinking: { type: 'enabled', budget_tokens: 9 } })).toEqual([
      false,
      undefined,
      'none',
    ]);
    expect(convert({ messages })).toEqual([false, undefined, 'none']);
  });
});
