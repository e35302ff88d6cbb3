import { createServer } from 'node:http';
import {
  createClient,
  createScriptedLlamaServer,
  fixtureAnswer,
  listen,
  requestOf,
  streamOf,
} from '@llama-messages/testkit';
import express from 'express';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { llamaMessages, type MessagesOptions } from './index.ts';

async function start(options: Omit<MessagesOptions, 'upstream'>) {
  const upstream = await createScriptedLlamaServer();
  const messages = llamaMessages({ upstream: upstream.url, auth: ['a-secret-key'], ...options });
  const server = await listen(createServer(express().use(messages)), () => messages.close());
  onTestFinished(async () => {
    await server.close();
    await upstream.close();
  });
  const client = createClient(server.url);
  return {
    upstream,
    send: (body: unknown) => client.messages(body, { 'x-api-key': 'a-secret-key' }),
  };
}

function createPino() {
  const lines: string[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });
  return { logger, lines, objects: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

it('writes a line with fields for each exchange into pino, without prompts and keys', async () => {
  const { logger, lines, objects } = createPino();
  const { upstream, send } = await start({ logger });
  const ids: unknown[] = [];
  for (const body of [requestOf('a secret prompt'), streamOf('a secret prompt')]) {
    upstream.answer(fixtureAnswer('stop-word'));
    const response = await send({ ...body, stop_sequences: ['5'] });
    await response.text();
    ids.push(response.headers['request-id']);
  }
  expect(objects()).toMatchObject(
    ids.map((requestId) => ({
      level: 30,
      msg: 'message completed',
      requestId,
      outcome: 'completed',
      model: 'demo-model-q8_0.gguf',
      upstream: 'default',
      inputTokens: 20,
      cachedTokens: 10,
      outputTokens: 13,
      stopReason: 'stop_sequence',
      firstTokenMs: expect.any(Number),
      tokensPerSecond: expect.any(Number),
      durationMs: expect.any(Number),
    })),
  );
  expect(lines.join('')).not.toMatch(/secret/);
});

it('warns once of a failure, whether it came before the stream or in it', async () => {
  const { logger, objects } = createPino();
  const { upstream, send } = await start({ logger });
  upstream.answer(fixtureAnswer('error-overflow'));
  await (await send(streamOf('Hello'))).text();
  await upstream.close();
  const response = await send(requestOf('Hello'));
  await response.text();
  expect(objects()).toMatchObject([
    { level: 40, msg: 'message failed', error: { type: 'invalid_request_error', status: 400 } },
    {
      level: 40,
      requestId: response.headers['request-id'],
      error: {
        type: 'overloaded_error',
        status: 529,
        message: expect.stringContaining('ECONNREFUSED') as unknown,
      },
    },
  ]);
});

it('logs only what is not the fault of the client where it is turned off', async () => {
  const { logger, lines, objects } = createPino();
  const { upstream, send } = await start({ logger, logExchanges: false });
  await (await send(requestOf('Hello'))).text();
  upstream.answer(fixtureAnswer('error-overflow'));
  await (await send(requestOf('Hello'))).text();
  expect(lines).toEqual([]);
  await upstream.close();
  await (await send(requestOf('Hello'))).text();
  expect(objects()).toMatchObject([{ level: 40, msg: 'message failed' }]);
});
