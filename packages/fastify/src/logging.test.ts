import { createClient, createScriptedLlamaServer, requestOf } from '@llama-messages/testkit';
import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { llamaMessages, type MessagesOptions } from './index.ts';

async function start(options: Omit<MessagesOptions, 'upstream'> = {}) {
  const upstream = await createScriptedLlamaServer();
  const lines: string[] = [];
  const app = Fastify({ logger: { level: 'info', stream: { write: (line) => void lines.push(line) } } });
  await app.register(llamaMessages, { upstream: upstream.url, ...options });
  const client = createClient(await app.listen({ port: 0, host: '127.0.0.1' }));
  onTestFinished(async () => {
    await app.close();
    await upstream.close();
  });
  const exchanges = () =>
    lines.map((line) => JSON.parse(line) as { msg: string }).filter(({ msg }) => msg.startsWith('message '));
  return { client, exchanges };
}

it("writes a line with fields for each exchange to the host's logger", async () => {
  const { client, exchanges } = await start();
  const response = await client.messages(requestOf('Hello'));
  await response.text();
  expect(exchanges()).toMatchObject([
    {
      level: 30,
      msg: 'message completed',
      requestId: response.headers['request-id'],
      model: 'demo-model-q8_0.gguf',
      stopReason: 'end_turn',
    },
  ]);
});

it('is turned off by logExchanges, and sent elsewhere by logger', async () => {
  const elsewhere: string[] = [];
  const write = (line: string) => void elsewhere.push(line);
  for (const options of [{ logExchanges: false }, { logger: { info: write, warn: write, error: write } }]) {
    const { client, exchanges } = await start(options);
    await (await client.messages(requestOf('Hello'))).text();
    expect(exchanges()).toEqual([]);
  }
  expect(elsewhere).toEqual([expect.stringMatching(/completed: demo-model-q8_0\.gguf, .* end_turn$/)]);
});
