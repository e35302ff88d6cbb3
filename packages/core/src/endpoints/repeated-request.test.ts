import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createMessagesHandler } from '../handler.ts';
import { llamaServer } from '../upstream/llama-server.ts';

const clients = new URL('../../../testkit/fixtures/clients/', import.meta.url);

function bodyOf(name: string): Record<string, unknown> {
  const { body } = JSON.parse(readFileSync(new URL(name, clients), 'utf8')) as {
    body: Record<string, unknown>;
  };
  return { ...body, stream: false };
}

const recorded = readdirSync(clients, { recursive: true, encoding: 'utf8' })
  .filter((name) => /POST_v1_messages(?!_count).*\.json$/.test(name))
  // What a thread goes on from is known where it began.
  .filter((name) => bodyOf(name)['thread'] === undefined);

const answers: Readonly<Record<string, string>> = {
  '/props': '{"total_slots":1}',
  '/v1/models': '{"data":[{"id":"m"}]}',
  '/v1/chat/completions':
    'data: {"choices":[{"delta":{"content":"x"}}]}\n\ndata: {"choices":[{"finish_reason":"stop","delta":{}}]}\n\ndata: [DONE]\n\n',
};

/** Returns a function that resolves with what a bridge sends to its llama-server for a request's body. */
function createBridge(): (body: unknown) => Promise<string> {
  let sent = '';
  const handler = createMessagesHandler({
    upstream: llamaServer({
      url: 'http://llama',
      httpClient({ url, body }) {
        if (body !== undefined) sent = Buffer.concat(body).toString();
        const answer = new TextEncoder().encode(answers[new URL(url).pathname]);
        const headers = new Headers({
          'content-type': body === undefined ? 'application/json' : 'text/event-stream',
        });
        return Promise.resolve({ status: 200, headers, body: new Blob([answer]).stream() });
      },
    }),
  });
  return async (body) => {
    sent = '';
    const { status } = await handler.handle({
      method: 'POST',
      path: '/v1/messages',
      headers: new Headers(),
      body: () => JSON.stringify(body),
      signal: new AbortController().signal,
    });
    expect(status).toBe(200);
    return sent;
  };
}

it.each(recorded)('%s is the same to the byte whatever the bridge has seen before', async (name) => {
  const ask = createBridge();
  const first = await ask(bodyOf(name));
  expect(JSON.stringify(JSON.parse(first))).toBe(first);
  expect(await ask(bodyOf(name))).toBe(first);
  expect(await ask(bodyOf(name))).toBe(first);
});

it.each(recorded)('%s is the same to the byte as the last turn of its conversation', async (name) => {
  const body = bodyOf(name) as { messages: { role: string }[] };
  const ask = createBridge();
  for (const [at, { role }] of body.messages.entries()) {
    if (role === 'user') await ask({ ...body, messages: body.messages.slice(0, at + 1) });
  }
  expect(await ask(body)).toBe(await createBridge()(body));
});

it('sends the tools that came, though others of their names came before', async () => {
  const ask = createBridge();
  const tool = (type: string) => ({
    name: 'read',
    description: 'Reads.',
    input_schema: { $schema: 'x', type: 'object', properties: { at: { type, minLength: 2, maxLength: 1 } } },
  });
  const types = ['string', 'number', 'string', 'number'];
  for (const type of types) {
    const sent = await ask({
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
      tools: [tool(type)],
    });
    expect(JSON.parse(sent)).toMatchObject({
      tools: [{ function: { name: 'read', parameters: { type: 'object', properties: { at: { type } } } } }],
    });
  }
});
