import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../chat/types.ts';
import { estimateTokens } from './estimate-tokens.ts';

const estimate = (messages: ChatRequest['messages'], tools?: ChatRequest['tools']) =>
  estimateTokens({ model: 'm', messages, ...(tools && { tools }) });
const english = 'The quick brown fox jumps over the lazy dog. '.repeat(100);

describe('estimateTokens', () => {
  it('is a little above four characters a token', () => {
    const tokens = estimate([{ role: 'user', content: english }]);
    expect(tokens).toBeGreaterThan(english.length / 4);
    expect(tokens).toBeLessThan(english.length / 3);
  });

  it('counts an image flat, whatever its bytes', () => {
    const image = (bytes: number) =>
      estimate([
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(bytes)}` } }],
        },
      ]);
    expect(image(10)).toBe(image(5_000_000));
    expect(image(10)).toBeGreaterThanOrEqual(1500);
  });

  it('counts tools, tool calls and thinking', () => {
    const plain = estimate([{ role: 'assistant', content: '' }]);
    expect(estimate([{ role: 'assistant', content: '', reasoning_content: english }])).toBeGreaterThan(
      plain + 1000,
    );
    const call = {
      id: 'x',
      type: 'function' as const,
      function: { name: 'f', arguments: JSON.stringify({ english }) },
    };
    expect(estimate([{ role: 'assistant', content: '', tool_calls: [call] }])).toBeGreaterThan(plain + 1000);
    const tool = { type: 'function' as const, function: { name: 'f', description: english, parameters: {} } };
    expect(estimate([{ role: 'assistant', content: '' }], [tool])).toBeGreaterThan(plain + 1000);
  });
});
