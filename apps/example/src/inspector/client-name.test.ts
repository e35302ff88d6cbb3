import { expect, it } from 'vitest';
import { toClientName } from './client-name.ts';

it.each([
  [{ 'user-agent': 'claude-cli/2.1.223 (external, cli)' }, 'Claude Code 2.1.223'],
  [{ 'user-agent': 'Anthropic/JS 1.12.0' }, 'Anthropic SDK (JavaScript) 1.12.0'],
  [{ 'user-agent': 'AsyncAnthropic/Python 0.71.0' }, 'Anthropic SDK (Python) 0.71.0'],
  [{ 'user-agent': 'ai/6.0.1 ai-sdk/anthropic/3.0.2 runtime/node.js/v22' }, 'AI SDK 3.0.2'],
  [{ 'user-agent': 'curl/8.5.0' }, 'curl 8.5.0'],
  [{ 'user-agent': 'Mozilla/5.0 (X11) Chrome/140', 'x-stainless-lang': 'js' }, 'Browser (Anthropic SDK)'],
  [{ 'user-agent': 'Mozilla/5.0 (X11) Chrome/140' }, 'Browser'],
  [{ 'user-agent': 'python-requests/2.32 more' }, 'python-requests 2.32'],
  [{}, 'unknown'],
])('%j is %s', (headers, name) => {
  expect(toClientName(new Headers(headers as Record<string, string>))).toBe(name);
});
