import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../chat/types.ts';
import { isSameRequest, toRequestKey, toSharing } from './request-key.ts';

const chat: ChatRequest = { model: 'local', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 9 };
const conversation = { id: 'session:1', agent: 'main' };

describe('the key of a request', () => {
  it('is the same for the same, and short however long the prompt is', () => {
    const long = { ...chat, messages: [{ role: 'user' as const, content: 'x'.repeat(1_000_000) }] };
    const [one, other] = [
      toRequestKey('key', structuredClone(chat), conversation),
      toRequestKey('key', chat, conversation),
    ];
    expect(isSameRequest(one, other)).toBe(true);
    expect(toRequestKey('key', long).id.length).toBeLessThan(60);
  });

  it('differs with anything that the answer depends on, and with whom it is for', () => {
    const keys = [
      toRequestKey('key', chat, conversation),
      toRequestKey('other', chat, conversation),
      toRequestKey('undefined', chat),
      toRequestKey(undefined, chat),
      toRequestKey('key', { ...chat, temperature: 0 }, conversation),
      toRequestKey('key', { ...chat, max_tokens: 10 }, conversation),
      toRequestKey('key', { ...chat, messages: [{ role: 'user', content: 'Hell' }] }, conversation),
      toRequestKey('key', { ...chat, messages: [{ role: 'user', content: 'Hallo' }] }, conversation),
      toRequestKey('key', chat, { ...conversation, id: 'session:2' }),
      toRequestKey('key', chat, { ...conversation, agent: 'a-7' }),
      toRequestKey('key', chat, conversation, 'small'),
    ];
    for (const [index, one] of keys.entries()) {
      expect(keys.map((other) => isSameRequest(one, other)).indexOf(true)).toBe(index);
    }
  });

  it('does not show the API key', () => {
    expect(toRequestKey('sk-secret', chat).id).not.toContain('secret');
  });
});

describe('a resend', () => {
  it('is what the SDK numbers, and what a session of Claude Code asks twice', () => {
    expect(toSharing(new Headers({ 'x-stainless-retry-count': '1' }))).toBe('resend');
    expect(toSharing(new Headers({ 'x-stainless-retry-count': '0', 'x-claude-code-session-id': 's' }))).toBe(
      'resend',
    );
  });

  it('is not a second sample of the same prompt', () => {
    expect(toSharing(new Headers({ 'x-stainless-retry-count': '0' }))).toBe('first');
    expect(toSharing(new Headers())).toBe('single');
  });
});
