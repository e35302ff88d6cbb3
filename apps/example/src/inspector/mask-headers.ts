import type { HeaderReader } from '@llama-messages/core';

/** Headers that tell something about a client; the reader of a request cannot list what it has. */
const telling = [
  'user-agent',
  'content-type',
  'accept',
  'origin',
  'referer',
  'anthropic-version',
  'anthropic-beta',
  'x-app',
  'x-claude-code-session-id',
  'x-claude-code-agent-id',
  'x-stainless-lang',
  'x-stainless-package-version',
  'x-stainless-runtime',
  'x-stainless-runtime-version',
  'x-stainless-os',
  'x-stainless-retry-count',
  'x-stainless-timeout',
  'idempotency-key',
  'traceparent',
] as const;

const secret = ['x-api-key', 'authorization'] as const;

/** Of a shorter key, four characters would be too much of a hint. */
const leastHinted = 16;

/** Returns the headers that tell something, keys masked. */
export function toKeptHeaders(headers: HeaderReader): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of telling) {
    const value = headers.get(name);
    if (value) kept[name] = value.slice(0, 1_000);
  }
  for (const name of secret) {
    const value = headers.get(name);
    if (value) kept[name] = maskKey(value);
  }
  return kept;
}

/** Returns `value` with at most the last four characters of its key, and a scheme such as `Bearer` in front. */
export function maskKey(value: string): string {
  const [, scheme = '', key = ''] = /^(?:([A-Za-z]{4,12})\s+)?(.*)$/s.exec(value) ?? [];
  const hint = key.length < leastHinted ? '' : key.slice(-4);
  return `${scheme === '' ? '' : `${scheme} `}••••${hint}`;
}
