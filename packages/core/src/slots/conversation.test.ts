import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MessagesRequest } from '../messages/types.ts';
import { toConversation } from './conversation.ts';

const clients = new URL('../../../testkit/fixtures/clients/', import.meta.url);

interface Recorded {
  path: string;
  headers: Record<string, string>;
  body: MessagesRequest;
}

const recorded: Recorded[] = readdirSync(clients, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('POST_v1_messages.json'))
  .sort()
  .map((path) => ({ ...(JSON.parse(readFileSync(new URL(path, clients), 'utf8')) as Recorded), path }));
const ofClaudeCode = recorded.filter(({ path }) => path.startsWith('claude-code'));

const request: MessagesRequest = {
  model: 'local',
  max_tokens: 32_000,
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'Hello' }],
};
const tools = [{ name: 'Bash', input_schema: {} }];
const idOf = (changes: Partial<MessagesRequest>, headers: Record<string, string> = {}): string =>
  toConversation({ ...request, ...changes }, new Headers(headers)).id;

describe('the conversation', () => {
  it.each(['header', 'metadata.user_id', 'prompt'])('stays one over all turns, known by its %s', (known) => {
    const ids = new Map<string, Set<string>>();
    for (const { path, headers, body } of ofClaudeCode) {
      const { metadata, ...bare } = body;
      const conversation = toConversation(
        known === 'metadata.user_id' ? body : bare,
        new Headers(known === 'header' ? headers : {}),
      );
      const folder = path.slice(0, path.lastIndexOf('/'));
      ids.set(folder, (ids.get(folder) ?? new Set()).add(conversation.id));
      expect(metadata).toBeDefined();
    }
    expect(ids.size).toBeGreaterThan(5);
    for (const ofFolder of ids.values()) expect(ofFolder.size).toBe(1);
    const all = [...ids.values()].flatMap((ofFolder) => [...ofFolder]);
    // Two versions' recordings that begin with the same words are one by their prompt.
    if (known !== 'prompt') expect(new Set(all).size).toBe(ids.size);
  });

  it('is the same session, whether the header or the metadata name it', () => {
    const user_id = JSON.stringify({ device_id: 'd', account_uuid: '', session_id: 's-1' });
    const expected = idOf({}, { 'x-claude-code-session-id': 's-1' });
    expect(idOf({ metadata: { user_id } })).toBe(expected);
    expect(idOf({ metadata: { user_id: 'user_1_account__session_s-1' } })).toBe(expected);
  });

  it.each(['a user', '{"no": "session"}', '{broken', '[]', '{"session_id": 7}'])(
    'is the user %s where no session is named',
    (user_id) => {
      expect(idOf({ metadata: { user_id } })).toBe(`user:${user_id}`);
    },
  );

  it('is told apart by the prompt: by its system and the first words of the user', () => {
    const id = idOf({});
    expect(idOf({ system: 'Be long.' })).not.toBe(id);
    expect(idOf({ messages: [{ role: 'user', content: 'Bye' }] })).not.toBe(id);
    expect(idOf({ system: null, messages: [{ role: 'user', content: 'Be brief.\nHello' }] })).not.toBe(id);
    const picture = (data: string): MessagesRequest['messages'] => [
      {
        role: 'user',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }],
      },
    ];
    expect(idOf({ messages: picture('AAAA') })).not.toBe(idOf({ messages: picture('BBBB') }));
  });

  it('is the same by its prompt however a client writes it, and whatever follows', () => {
    const system = [
      { type: 'text' as const, text: 'x-anthropic-billing-header: cc_version=1.2' },
      { type: 'text' as const, text: 'Be brief.', cache_control: { type: 'ephemeral' } },
    ];
    const messages: MessagesRequest['messages'] = [
      { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
      { role: 'assistant', content: 'Hi' },
      { role: 'user', content: 'Bye' },
    ];
    expect(idOf({ system, messages })).toBe(idOf({}));
  });

  it('has a short id, however long what the client sends', () => {
    const long = 'x'.repeat(1_000_000);
    for (const id of [idOf({ metadata: { user_id: long } }), idOf({ system: long })]) {
      expect(id.length).toBeLessThan(150);
    }
    expect(idOf({ metadata: { user_id: long } })).not.toBe(idOf({ metadata: { user_id: `${long}y` } }));
  });

  it('tells the agents of a session apart', () => {
    const headers = { 'x-claude-code-session-id': 's-1' };
    const main = toConversation(request, new Headers(headers));
    const other = toConversation(request, new Headers({ ...headers, 'x-claude-code-agent-id': 'a-7' }));
    expect(main).toMatchObject({ id: other.id, agent: 'main' });
    expect(other.agent).toBe('a-7');
  });
});

describe('background', () => {
  const session = new Headers({ 'x-claude-code-session-id': 's-1' });
  const isBackground = (changes: Partial<MessagesRequest>, headers = session): boolean =>
    toConversation({ ...request, ...changes }, headers).isBackground;
  const format = { type: 'json_schema' as const, schema: {} };

  it('is no recorded turn of Claude Code, and no recorded call of an SDK', () => {
    expect(recorded.length).toBeGreaterThan(20);
    for (const { path, headers, body } of recorded) {
      expect([path, toConversation(body, new Headers(headers)).isBackground]).toEqual([path, false]);
    }
  });

  it.each<[string, Partial<MessagesRequest>]>([
    ['a title', { thinking: { type: 'disabled' }, output_config: { format } }],
    ['a short answer without tools', { max_tokens: 512 }],
    ['a call of a small model', { model: 'claude-haiku-4-5' }],
  ])('is %s inside of a session, and only there', (_, changes) => {
    expect(isBackground(changes)).toBe(true);
    expect(isBackground({ ...changes, tools })).toBe(false);
    expect(isBackground(changes, new Headers())).toBe(false);
  });

  it('is a probe for one token, from whomever', () => {
    expect(isBackground({ max_tokens: 1 }, new Headers())).toBe(true);
  });

  it('is neither a subagent nor a main turn without tools', () => {
    const agent = new Headers({ 'x-claude-code-session-id': 's-1', 'x-claude-code-agent-id': 'a-7' });
    expect(isBackground({ tools }, agent)).toBe(false);
    expect(isBackground({})).toBe(false);
  });
});
