import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createGuard, type GuardOptions } from './guard.ts';

function ask(headers: IncomingMessage['headers'], options: Partial<GuardOptions> = {}): number | undefined {
  const guard = createGuard({ host: '127.0.0.1', apiKeys: [], ...options });
  return guard({ headers } as IncomingMessage)?.status;
}

describe('without keys', () => {
  it.each([
    '127.0.0.1:8787',
    'localhost:8787',
    'LOCALHOST',
    'app.localhost:8787',
    '[::1]:8787',
    '192.168.1.20:8787',
  ])('lets %s in', (host) => {
    expect(ask({ host })).toBeUndefined();
  });

  it.each([
    'evil.example:8787',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '',
    'evil.example@127.0.0.1',
  ])('refuses %s', (host) => {
    expect(ask({ host })).toBe(403);
  });

  it('knows the name that it was told to listen on', () => {
    expect(ask({ host: 'gpu-box:8787' }, { host: 'GPU-box' })).toBeUndefined();
  });

  it('says what to change', () => {
    const guard = createGuard({ host: '0.0.0.0', apiKeys: [] });
    expect(guard({ headers: { host: 'gpu-box:8787' } } as IncomingMessage)?.error).toContain(
      '--host gpu-box',
    );
  });
});

describe('with keys', () => {
  const apiKeys = ['a-key', 'another'];

  it('lets any name in with one of them', () => {
    expect(ask({ host: 'llm.example.com', 'x-api-key': 'another' }, { apiKeys })).toBeUndefined();
    expect(ask({ host: 'llm.example.com', authorization: 'bearer a-key' }, { apiKeys })).toBeUndefined();
  });

  it.each([{}, { 'x-api-key': '' }, { 'x-api-key': 'a-ke' }, { authorization: 'Basic a-key' }])(
    'refuses %j',
    (headers) => {
      expect(ask({ host: '127.0.0.1', ...headers }, { apiKeys })).toBe(401);
    },
  );

  it('refuses other websites with a key too', () => {
    expect(ask({ 'x-api-key': 'a-key', 'sec-fetch-site': 'cross-site' }, { apiKeys })).toBe(403);
    expect(ask({ 'x-api-key': 'a-key', 'sec-fetch-site': 'same-site' }, { apiKeys })).toBe(403);
  });
});
