import { createServer } from 'node:http';
import type { MessagesOptions } from '@llama-messages/core';
import { llamaMessages } from '@llama-messages/express';
import {
  afterAnswer,
  createClient,
  createGate,
  createScriptedLlamaServer,
  fixtureAnswer,
  listen,
  requestOf,
  streamOf,
} from '@llama-messages/testkit';
import express from 'express';
import { Counter, Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { prometheusMetrics, type PrometheusMetricsOptions } from './index.ts';

/** Starts an Express app with `/metrics`, in front of a scripted llama-server with one slot. */
async function start(options: Partial<MessagesOptions> & PrometheusMetricsOptions = {}) {
  const { register, ...rest } = options;
  const upstream = await createScriptedLlamaServer({ slots: 1 });
  const { observe, metrics, contentType } = prometheusMetrics({ register });
  const messages = llamaMessages({ upstream: upstream.url, observers: [observe], ...rest });
  const app = express().use(messages);
  app.get('/metrics', async (_req, res) => void res.type(contentType).send(await metrics()));
  const server = await listen(createServer(app), () => messages.close());
  onTestFinished(async () => {
    await server.close();
    await upstream.close();
  });
  const client = createClient(server.url);
  const scrape = async () => (await client.request('GET', '/metrics')).text();
  return { client, upstream, scrape };
}

const demo = 'upstream="default",model="demo-model-q8_0.gguf"';

test('counts requests, tokens and times of answers', async () => {
  const { client, upstream, scrape } = await start();
  for (const body of [requestOf('Hello'), streamOf('Hello')]) {
    upstream.answer(fixtureAnswer('stop-word'));
    await (await client.messages({ ...body, stop_sequences: ['5'] })).text();
  }
  const text = await scrape();
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      `llama_messages_requests_total{${demo},outcome="completed"} 2`,
      `llama_messages_requests_total{${demo},outcome="failed"} 0`,
      `llama_messages_input_tokens_total{${demo}} 40`,
      `llama_messages_cached_input_tokens_total{${demo}} 20`,
      `llama_messages_output_tokens_total{${demo}} 26`,
      `llama_messages_request_duration_seconds_count{${demo}} 2`,
      `llama_messages_time_to_first_token_seconds_count{${demo}} 2`,
      `llama_messages_output_tokens_per_second_count{${demo}} 2`,
      `llama_messages_queue_wait_seconds_count{${demo}} 2`,
      `llama_messages_prompt_reused_ratio_sum{${demo}} 1`,
      `llama_messages_slots{${demo}} 1`,
      `llama_messages_slots_busy{${demo}} 0`,
      'llama_messages_requests_in_flight 0',
      'llama_messages_queue_length 0',
    ]),
  );
});

test('counts failures by kind, with and without a model, and none of what the client calls its model', async () => {
  const { client, upstream, scrape } = await start();
  upstream.answer(fixtureAnswer('error-overflow'));
  await (await client.messages({ ...requestOf('Hello'), model: 'invented-by-the-client' })).text();
  expect(await scrape()).toContain(`llama_messages_errors_total{${demo},type="invalid_request_error"} 1`);
  const down = await start({ upstream: 'http://127.0.0.1:1' });
  await (await down.client.messages(requestOf('Hello'))).text();
  const text = await down.scrape();
  expect(text).toContain(
    'llama_messages_errors_total{upstream="none",model="none",type="overloaded_error"} 1',
  );
  expect(text + (await scrape())).not.toContain('invented');
});

test('counts prompts that do not continue the one before', async () => {
  const { client, scrape } = await start();
  for (const system of ['A', 'B']) {
    const headers = { 'x-claude-code-session-id': 'one' };
    await (await client.messages(requestOf('Hello', { system }), headers)).text();
  }
  expect(await scrape()).toContain(`llama_messages_prefix_breaks_total{${demo},where="system"} 1`);
});

test('shows what runs and what waits, until clients leave', async () => {
  const { client, upstream, scrape } = await start();
  const gate = createGate();
  upstream.answer(afterAnswer(gate.opened, fixtureAnswer('text')));
  const running = client.messages(requestOf('First'));
  await upstream.nextCall();
  const waiting = client.send('POST', '/v1/messages', { body: streamOf('Second') });
  await expect.poll(scrape).toContain('llama_messages_queue_length 1');
  const text = await scrape();
  expect(text).toContain('llama_messages_requests_in_flight 2');
  expect(text).toContain(`llama_messages_slots_busy{${demo}} 1`);
  waiting.destroy();
  await expect.poll(scrape).toContain('llama_messages_queue_length 0');
  gate.open();
  await (await running).text();
  expect(await scrape()).toContain('llama_messages_requests_in_flight 0');
});

test("goes into the host's registry, beside the metrics of the host", async () => {
  const register = new Registry();
  new Counter({ name: 'mine_total', help: 'mine', registers: [register] }).inc();
  const { scrape } = await start({ register });
  const text = await scrape();
  expect(text).toContain('mine_total 1');
  expect(text).toContain('llama_messages_requests_in_flight 0');
  expect(() => prometheusMetrics({ register })).toThrow(/already been registered/);
});
