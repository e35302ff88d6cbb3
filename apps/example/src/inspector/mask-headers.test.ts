import { expect, it } from 'vitest';
import { maskKey, toKeptHeaders } from './mask-headers.ts';

it.each([
  ['sk-ant-api03-abcdefghijklmnop', '••••mnop'],
  ['Bearer sk-local-0123456789abcdef', 'Bearer ••••cdef'],
  ['bearer  sk-local-0123456789abcdef', 'bearer ••••cdef'],
  // A hint would be half of it.
  ['secret', '••••'],
  ['Bearer secret', 'Bearer ••••'],
  ['none', '••••'],
])('of %s it keeps %s', (value, masked) => {
  expect(maskKey(value)).toBe(masked);
});

it('keeps what tells something, and no key and no cookie', () => {
  const kept = toKeptHeaders(
    new Headers({
      'user-agent': 'claude-cli/2.1.223',
      'anthropic-beta': 'context-1m',
      'x-api-key': 'sk-ant-api03-abcdefghijklmnop',
      authorization: 'Bearer sk-local-0123456789abcdef',
      cookie: 'session=0123456789abcdef',
      'proxy-authorization': 'Basic abc',
    }),
  );
  expect(kept).toEqual({
    'user-agent': 'claude-cli/2.1.223',
    'anthropic-beta': 'context-1m',
    'x-api-key': '••••mnop',
    authorization: 'Bearer ••••cdef',
  });
});
