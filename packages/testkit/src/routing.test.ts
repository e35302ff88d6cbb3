import { createServer } from 'node:http';
import { createMessagesHandler, type ExchangeReport, type MessagesOptions } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { afterEach, expect, it } from 'vitest';
import { afterAnswer, fixtureAnswer } from './answer.ts';
import { createClient } from './client.ts';
import { requestOf, streamOf } from './conformance-case.ts';
import { createGate } from './gate.ts';
import { listen } from './listen.ts';
import { createScriptedLlamaServer, type ScriptedServerOptions } from './scripted-llama-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startUpstream(options: ScriptedServerOptions) {
  const upstream = await createScriptedLlamaServer(options);
  closing.push(() => upstream.close());
  return upstream;
}

async function startServer(options: MessagesOptions) {
  const handler = createMessagesHandler(options);
  const server = await listen(createServer(toNodeListener(handler)), () => handler.close());
  // Before the upstreams, whose answers may still be held.
  closing.unshift(() => server.close());
  return createClient(server.url);
}

const startBoth = async () =>
  Promise.all([
    startUpstream({ models: ['big'], contextWindow: 8192 }),
    startUpstream({ models: ['small'], contextWindow: 4096, inputTokens: 7, vision: true }),
  ]);

const pixel = {
  role: 'user',
  content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }],
};

it('sends a message and the count of its tokens to the same upstream', async () => {
  const [big, small] = await startBoth();
  const reports: ExchangeReport[] = [];
  const client = await startServer({
    upstream: big.url,
    upstreamApiKey: 'secret-of-big',
    upstreams: { small: small.url },
    models: { '*haiku*': { upstream: 'small' } },
    onExchange: (report) => reports.push(report),
  });
  for (const body of [
    requestOf('Hi', { model: 'claude-haiku-5' }),
    streamOf('Hi', { model: 'claude-opus-5' }),
  ]) {
    const response = await client.messages(body);
    expect(response.status, await response.text()).toBe(200);
  }
  expect(small.chatCalls.map(({ body }) => body?.['model'])).toEqual(['small']);
  expect(big.chatCalls.map(({ body }) => body?.['model'])).toEqual(['big']);
  expect(reports.map(({ upstream, upstreamModel }) => [upstream, upstreamModel])).toEqual([
    ['small', 'small'],
    ['default', 'big'],
  ]);
  expect(small.calls.map(({ headers }) => headers.authorization)).not.toContain('Bearer secret-of-big');

  const path = '/v1/messages/count_tokens';
  const counted = async (model: string) =>
    (await client.request('POST', path, { body: requestOf('Hi', { model }) })).json();
  expect(await counted('claude-haiku-5')).toEqual({ input_tokens: 7 });
  expect(await counted('claude-opus-5')).toEqual({ input_tokens: 42 });
});

it('sends images to the upstream that sees, and leaves a note where none does', async () => {
  const [big, small] = await startBoth();
  const withEyes = await startServer({
    upstream: big.url,
    upstreams: { eyes: small.url },
    imageModel: { upstream: 'eyes' },
  });
  const without = await startServer({ upstream: big.url, upstreams: { eyes: small.url } });
  const body = requestOf('', { messages: [pixel] });

  await (await withEyes.messages(body)).text();
  expect(small.chatCalls.at(-1)?.bodyText).toContain('data:image/png;base64,aGk=');
  expect(big.chatCalls).toHaveLength(0);

  await (await without.messages(body)).text();
  expect(big.chatCalls.at(-1)?.bodyText).toContain('[image omitted: this model cannot see images]');
});

it('puts the sampling and the thinking of a route on the wire, in place of what the client sent', async () => {
  const [big, small] = await startBoth();
  const client = await startServer({
    upstream: big.url,
    upstreams: { small: small.url },
    models: {
      quick: { upstream: 'small', thinking: 'never', sampling: { temperature: 0.1, min_p: 0.05 } },
      deep: { thinking: 'always' },
    },
  });
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const asked = { temperature: 1, top_p: 0.9, max_tokens: 2048 };
  await (await client.messages(requestOf('Hi', { model: 'quick', thinking, ...asked }))).text();
  expect(small.chatCalls[0]?.body).toMatchObject({
    temperature: 0.1,
    min_p: 0.05,
    top_p: 0.9,
    chat_template_kwargs: { enable_thinking: false },
  });
  expect(small.chatCalls[0]?.body).not.toHaveProperty('thinking_budget_tokens');
  await (await client.messages(requestOf('Hi', { model: 'deep' }))).text();
  expect(big.chatCalls[0]?.body).toMatchObject({ chat_template_kwargs: { enable_thinking: true } });
  expect(big.chatCalls[0]?.body).not.toHaveProperty('temperature');

  const path = '/v1/messages/count_tokens';
  await (await client.request('POST', path, { body: requestOf('Hi', { model: 'quick', thinking }) })).text();
  const counted = small.calls.find((call) => call.path.endsWith('/input_tokens'));
  expect(counted?.body).toMatchObject({ chat_template_kwargs: { enable_thinking: false } });
});

it('lists the models of all upstreams and the names mapped onto them, and finds each of them', async () => {
  const [big, small] = await startBoth();
  const client = await startServer({
    upstream: big.url,
    upstreams: { small: small.url },
    models: {
      'claude-quick': { upstream: 'small', contextWindow: 2000 },
      'anthropic-local': 'big',
      '*haiku*': { upstream: 'small' },
    },
  });
  const page = (await (await client.request('GET', '/v1/models')).json()) as {
    data: { id: string; display_name: string; max_input_tokens: number }[];
  };
  const listed = page.data.map(({ id, display_name, max_input_tokens }) => [
    id,
    display_name,
    max_input_tokens,
  ]);
  expect(listed).toEqual([
    ['big', 'big', 8192],
    ['small', 'small', 4096],
    ['claude-quick', 'claude-quick (small)', 2000],
    ['anthropic-local', 'anthropic-local (big)', 8192],
  ]);
  for (const model of page.data)
    expect(await (await client.request('GET', `/v1/models/${model.id}`)).json()).toEqual(model);
});

it('is not disturbed by an upstream that is down', async () => {
  const [big, small] = await startBoth();
  const client = await startServer({
    upstream: big.url,
    upstreams: { small: small.url },
    models: { '*haiku*': { upstream: 'small' } },
  });
  await small.close();
  const gone = await client.messages(requestOf('Hi', { model: 'claude-haiku-5' }));
  expect(gone.status, await gone.text()).toBe(529);
  const answered = await client.messages(requestOf('Hi', { model: 'claude-opus-5' }));
  expect(answered.status, await answered.text()).toBe(200);
  const page = (await (await client.request('GET', '/v1/models')).json()) as { data: { id: string }[] };
  expect(page.data.map(({ id }) => id)).toEqual(['big']);
  const asked = big.calls.filter((call) => call.path === '/v1/models').length;
  await (await client.messages(requestOf('Hi', { model: 'claude-haiku-5' }))).text();
  await (await client.messages(requestOf('Hi', { model: 'claude-opus-5' }))).text();
  expect(big.calls.filter((call) => call.path === '/v1/models')).toHaveLength(asked);
});

it('has a queue for each upstream: one that is busy keeps nobody waiting at another', async () => {
  const [big, small] = await startBoth();
  const client = await startServer({
    upstream: big.url,
    upstreams: { small: small.url },
    models: { '*haiku*': { upstream: 'small' } },
    concurrency: 1,
  });
  const gate = createGate();
  big.answer(afterAnswer(gate.opened, fixtureAnswer('text')));
  const busy = client.send('POST', '/v1/messages', { body: requestOf('Hi', { model: 'claude-opus-5' }) });
  await big.nextCall();
  const other = await client.messages(requestOf('Hi', { model: 'claude-haiku-5' }));
  expect(other.status, await other.text()).toBe(200);
  gate.open();
  const response = await busy.response;
  expect(response.status, await response.text()).toBe(200);
});

it('does not take the answer of one upstream for the retry of a request that goes to another', async () => {
  const [first, second] = await Promise.all([startUpstream({}), startUpstream({})]);
  const client = await startServer({
    upstream: first.url,
    upstreams: { second: second.url },
    models: ({ headers }) => (headers.get('x-go') ? { upstream: 'second' } : undefined),
  });
  const gate = createGate();
  first.answer(afterAnswer(gate.opened, fixtureAnswer('text')));
  const session = { 'x-claude-code-session-id': 's1' };
  const running = client.send('POST', '/v1/messages', { body: requestOf('Hi'), headers: session });
  await first.nextCall();
  const other = await client.messages(requestOf('Hi'), { ...session, 'x-go': 'there' });
  expect(other.status, await other.text()).toBe(200);
  expect(second.chatCalls).toHaveLength(1);
  gate.open();
  await (await running.response).text();
});

it('answers 500 and logs why when a function names an upstream that is not there', async () => {
  const [big, small] = await startBoth();
  const log: string[] = [];
  const client = await startServer({
    upstream: big.url,
    upstreams: { small: small.url },
    models: () => ({ upstream: 'smal' }),
    logger: { warn: (line) => log.push(line), error: (line) => log.push(line) },
  });
  const response = await client.messages(requestOf('Hi'));
  expect(await response.json()).toMatchObject({ error: { type: 'api_error' } });
  expect(response.status).toBe(500);
  expect(log.join('\n')).toContain("upstream is 'smal', which is not in options.upstreams");
});
