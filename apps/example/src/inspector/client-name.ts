import type { HeaderReader } from '@llama-messages/core';

/** First match wins; the version follows the slash. */
const known: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^claude-cli\/(\S+)/, 'Claude Code'],
  [/^(?:Async)?Anthropic\/JS (\S+)/, 'Anthropic SDK (JavaScript)'],
  [/^(?:Async)?Anthropic\/Python (\S+)/, 'Anthropic SDK (Python)'],
  [/^(?:Async)?Anthropic\/(\S+ \S+)/, 'Anthropic SDK'],
  [/ai-sdk\/anthropic\/(\S+)/, 'AI SDK'],
  [/^curl\/(\S+)/, 'curl'],
];

/** Returns what to call the client of a request, such as `Claude Code 2.1.4`. */
export function toClientName(headers: HeaderReader): string {
  const agent = headers.get('user-agent') ?? '';
  for (const [pattern, name] of known) {
    const match = pattern.exec(agent);
    if (match) return `${name} ${match[1]}`;
  }
  if (agent.startsWith('Mozilla/')) {
    return headers.get('x-stainless-lang') ? 'Browser (Anthropic SDK)' : 'Browser';
  }
  const [product = ''] = agent.split(' ');
  return product === '' ? 'unknown' : product.replace('/', ' ').slice(0, 60);
}
