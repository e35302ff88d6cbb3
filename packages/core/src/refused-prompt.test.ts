import { expect, test } from 'vitest';
import { createMessagesHandler } from './handler.ts';
import type { HandlerResponse } from './http.ts';
import type { ChatItem } from './upstream/chat-stream.ts';
import type { Upstream } from './upstream/upstream.ts';

/** Says that the prompt is longer than its context window, and goes on until it is told to stop. */
const stubborn: Upstream = {
  name: 'stubborn',
  traits: { reportsProgress: true },
  stream: (_request, { signal }) =>
    Promise.resolve({
      pipe: (sink) =>
        new Promise((_resolve, reject) => {
          const progress = { total: 9_000, cache: 0, processed: 0, time_ms: 0 };
          sink.write([{ choices: [], prompt_progress: progress }]);
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      async *[Symbol.asyncIterator](): AsyncGenerator<readonly ChatItem[], void, undefined> {},
    }),
  countTokens: () => Promise.resolve({ tokens: 9_000, exact: true }),
  models: () => Promise.resolve([{ id: 'small', contextWindow: 4_096 }]),
};

function ask(stream: boolean): Promise<HandlerResponse> {
  const body = { model: 'any', max_tokens: 64, stream, messages: [{ role: 'user', content: 'Hello' }] };
  return createMessagesHandler({ upstream: stubborn }).handle({
    method: 'POST',
    path: '/v1/messages',
    headers: new Headers(),
    body: () => body,
    signal: new AbortController().signal,
  });
}

test.each([true, false])(
  'is answered at once, whatever the upstream still does (streamed: %s)',
  async (stream) => {
    const { status, body } = await ask(stream);
    expect(status).toBe(400);
    expect(body).toContain('prompt is too long: 9000 tokens > 4096 maximum');
  },
);
