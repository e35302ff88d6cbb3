import { createServer } from 'node:http';
import type { MessagesOptions } from '@llama-messages/core';
import { llamaMessages } from '@llama-messages/express';
import { llamaMessages as fastifyPlugin } from '@llama-messages/fastify';
import { createClient, createScriptedLlamaServer, listen } from '@llama-messages/testkit';
import express from 'express';
import Fastify from 'fastify';
import { onTestFinished } from 'vitest';
import { openTelemetry } from './index.ts';

type Framework = 'express' | 'fastify';
export const frameworks: readonly Framework[] = ['express', 'fastify'];

/** Starts an app of a framework in front of a scripted llama-server with one slot, until the end of the test. */
export async function start(framework: Framework, options: Partial<MessagesOptions> = {}) {
  const upstream = await createScriptedLlamaServer({ slots: 1 });
  const server = await serve(framework, {
    upstream: upstream.url,
    observers: [openTelemetry()],
    ...options,
  });
  onTestFinished(async () => {
    await server.close();
    await upstream.close();
  });
  return { client: createClient(server.url), upstream };
}

async function serve(framework: Framework, options: MessagesOptions) {
  if (framework === 'express') {
    const messages = llamaMessages(options);
    return listen(createServer(express().use(messages)), () => messages.close());
  }
  const app = Fastify({ forceCloseConnections: true });
  await app.register(fastifyPlugin, options);
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
}
