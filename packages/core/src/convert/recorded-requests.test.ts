import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ChatMessage, ChatRequest } from '../chat/types.ts';
import { checkCountTokensRequest } from '../messages/schema.ts';
import type { CountTokensRequest } from '../messages/types.ts';
import { toChatRequest } from './request.ts';

const clients = new URL('../../../testkit/fixtures/clients/', import.meta.url);
const options = { model: { id: 'local' }, traits: { echoesPrefill: true, schemaExcludesTools: true } };

interface Recorded {
  path: string;
  body: CountTokensRequest;
}

function recordedIn(folder: string): Recorded[] {
  return readdirSync(new URL(folder, clients), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('POST_v1_messages') && name.endsWith('.json'))
    .sort()
    .map((name) => {
      const { body } = JSON.parse(readFileSync(new URL(`${folder}${name}`, clients), 'utf8')) as {
        body: CountTokensRequest;
      };
      return { path: `${folder}${name}`, body };
    });
}

const recorded = recordedIn('').filter(({ body }) => !body.thread);
const convert = (body: CountTokensRequest): ChatRequest =>
  toChatRequest(checkCountTokensRequest(body), options);

describe('every recorded request', () => {
  it('is there', () => {
    expect(recorded.length).toBeGreaterThan(20);
  });

  it.each(recorded)('$path becomes a chat that templates take', ({ body }) => {
    const before = JSON.stringify(body);
    const chat = convert(body);
    expect(JSON.stringify(convert(body))).toBe(JSON.stringify(chat));
    expect(JSON.stringify(body)).toBe(before);

    expect(JSON.stringify(chat)).not.toMatch(
      /cache_control|x-anthropic-billing-header|"\$schema"|defer_loading/,
    );
    chat.messages.forEach((message, index) => {
      expect(['system', 'user', 'assistant', 'tool']).toContain(message.role);
      if (message.role === 'system') expect(index).toBe(0);
      if (message.role === 'user')
        expect(['system', 'assistant', 'tool', undefined]).toContain(chat.messages[index - 1]?.role);
      if (message.role === 'tool') expect(['assistant', 'tool']).toContain(chat.messages[index - 1]?.role);
    });
  });
});

/** The text that any template renders at most: everything but what may be appended to the last message. */
function expectPrefix(before: ChatRequest, after: ChatRequest): void {
  expect(after.tools?.slice(0, before.tools?.length)).toEqual(before.tools);
  const last = before.messages.length - 1;
  expect(after.messages.slice(0, last)).toEqual(before.messages.slice(0, last));
  expectExtended(before.messages[last], after.messages[last]);
}

function expectExtended(before: ChatMessage | undefined, after: ChatMessage | undefined): void {
  expect(after?.role).toBe(before?.role);
  if (typeof before?.content !== 'string' || typeof after?.content !== 'string')
    expect(after).toEqual(before);
  else expect(after.content.startsWith(before.content)).toBe(true);
}

describe('the prompt of a turn is a prefix of the next', () => {
  const conversations = ['par', 'schema', 'readimg', 'search', 'tsearch2'].map(
    (name) => `claude-code-2.1.330/${name}/`,
  );
  const earlier = ['think', 'tool3'].map((name) => `claude-code-2.1.197/${name}/`);

  it.each([...conversations, ...earlier])('in %s', (folder) => {
    const chats = recordedIn(folder).map(({ body }) => convert(body));
    expect(chats.length).toBeGreaterThan(1);
    for (const [index, chat] of chats.slice(1).entries()) expectPrefix(chats[index] as ChatRequest, chat);
  });

  it('and conversations with the same system and tools share both, and what their first turns have in common', () => {
    const [par, search] = ['par', 'search']
      .map((name) => recordedIn(`claude-code-2.1.330/${name}/`)[0])
      .map((request) => convert(request?.body as CountTokensRequest));
    expect(search?.messages[0]).toEqual(par?.messages[0]);
    expect(search?.tools).toEqual(par?.tools);
    const [one, other] = [par, search].map((chat) => String(chat?.messages[1]?.content));
    const shared = [...(one ?? '')].findIndex((character, index) => character !== other?.[index]);
    expect(shared / (one ?? '').length).toBeGreaterThan(0.9);
  });
});
