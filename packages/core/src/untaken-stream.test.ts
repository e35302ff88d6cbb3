import { expect, test } from 'vitest';
import { createMessagesHandler } from './handler.ts';
import { untilStill } from './test-until-still.ts';
import type { ChatItem } from './upstream/chat-stream.ts';
import type { Upstream } from './upstream/upstream.ts';

const text = 'x'.repeat(10_000);
const chunks = 100;

test('a stream that the host has not taken yet makes the model wait, and is whole when it is taken', async () => {
  let asked = 0;
  const upstream: Upstream = {
    name: 'eager',
    traits: {},
    stream: () =>
      Promise.resolve(
        (async function* (): AsyncGenerator<readonly ChatItem[], void, undefined> {
          for (; asked < chunks; asked += 1) {
            yield [{ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] }];
          }
          yield [{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }];
        })(),
      ),
    countTokens: () => Promise.resolve({ tokens: 1, exact: true }),
    models: () => Promise.resolve([{ id: 'eager' }]),
  };
  const request = {
    model: 'any',
    max_tokens: 64,
    stream: true,
    messages: [{ role: 'user', content: 'Hello' }],
  };
  const { body } = await createMessagesHandler({ upstream }).handle({
    method: 'POST',
    path: '/v1/messages',
    headers: new Headers(),
    body: () => request,
    signal: new AbortController().signal,
  });
  await untilStill(() => asked);
  expect(asked * text.length).toBeLessThan(100_000);

  let events = '';
  if (typeof body !== 'string') for await (const frames of body) events += frames;
  expect(events.split(text)).toHaveLength(chunks + 1);
  expect(events).toMatch(/^event: message_start\n/);
  expect(events).toMatch(/event: message_stop\n[^\n]*\n\n$/);
});
