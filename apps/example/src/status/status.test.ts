import {
  createGate,
  createScriptedLlamaServer,
  errorAnswer,
  finishChunk,
  jsonAnswer,
  progressChunk,
  streamAnswer,
  textChunk,
  usageChunk,
} from '@llama-messages/testkit';
import type { Upstream } from '@llama-messages/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { serveWithWeb, type ServedWithWeb } from '../testing/serve-with-web.ts';
import { createActivity } from './activity.ts';
import type { ServerStatus } from './api.ts';
import { probeServer } from './probe-server.ts';
import { createServerStatus } from './server-status.ts';
import { probeUpstream, type UpstreamProbe } from './upstream-probe.ts';

function read({ get }: ServedWithWeb): Promise<ServerStatus> {
  return get<ServerStatus>('/status');
}

describe('the upstream', () => {
  async function look(probe: UpstreamProbe): Promise<ServerStatus['upstream']> {
    const status = createServerStatus({
      activity: createActivity(),
      probe,
      description: 'model server',
      framework: 'express',
      inspector: false,
    });
    return (await status()).upstream;
  }

  it('is a llama-server: model, context, slots and how many of them are busy', async () => {
    const server = await createScriptedLlamaServer({ contextWindow: 16_384, slots: 4, vision: true });
    onTestFinished(() => server.close());
    server.on('GET /slots', () =>
      jsonAnswer(
        200,
        [true, false, true, false].map((busy, id) => ({ id, is_processing: busy })),
      ),
    );
    expect(await look(probeServer(server.url, undefined))).toMatchObject({
      health: 'ready',
      version: expect.any(String),
      models: [{ id: 'demo-model-q8_0.gguf', contextWindow: 16_384, vision: true, tools: true }],
      slots: { total: 4, busy: 2, source: 'upstream' },
    });
  });

  it('is a llama-server that does not show its slots', async () => {
    const server = await createScriptedLlamaServer({ slots: 4 });
    onTestFinished(() => server.close());
    server.on('GET /slots', () =>
      errorAnswer(501, 'not_supported_error', 'This server does not support slots'),
    );
    expect((await look(probeServer(server.url, undefined))).slots).toEqual({
      total: 4,
      busy: 0,
      source: 'here',
    });
  });

  it('is asked with its key, and by its base URL', async () => {
    const server = await createScriptedLlamaServer();
    onTestFinished(() => server.close());
    await look(probeServer(`${server.url}/v1/`, 'upstream-key'));
    expect(server.calls.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/health', '/props', '/slots', '/v1/models']),
    );
    for (const { headers } of server.calls) expect(headers.authorization).toBe('Bearer upstream-key');
  });

  it('is another server, of which less is known', async () => {
    const server = await createScriptedLlamaServer({ kind: 'vllm', contextWindow: 32_768 });
    onTestFinished(() => server.close());
    expect(await look(probeServer(server.url, undefined))).toMatchObject({
      health: 'ready',
      models: [{ contextWindow: 32_768 }],
      slots: undefined,
    });
  });

  it('is loading its model', async () => {
    const server = await createScriptedLlamaServer();
    onTestFinished(() => server.close());
    server.on('GET /health', () => errorAnswer(503, 'unavailable_error', 'Loading model'));
    expect(await look(probeServer(server.url, undefined))).toMatchObject({
      health: 'loading',
      problem: expect.stringMatching(/is loading its model\.$/),
      models: [],
    });
  });

  it('is down, or has refused the key', async () => {
    const server = await createScriptedLlamaServer();
    server.on('GET /props', () => errorAnswer(401, 'authentication_error', 'Invalid API Key'));
    server.on('GET /v1/models', () => errorAnswer(401, 'authentication_error', 'Invalid API Key'));
    expect(await look(probeServer(server.url, 'wrong'))).toMatchObject({
      health: 'down',
      problem: expect.stringMatching(/\S/),
    });
    await server.close();
    expect(await look(probeServer(server.url, undefined))).toMatchObject({
      health: 'down',
      problem: `Nothing answers at ${new URL(server.url).host}: is the model server running?`,
    });
  });

  it('is in this process', async () => {
    const upstream: Upstream = {
      name: 'in process',
      traits: {},
      stream: async () => {
        throw new Error('is not asked');
      },
      countTokens: async () => ({ tokens: 1, exact: true }),
      models: async () => [{ id: 'small', contextWindow: 2_048, slots: 1 }],
    };
    expect(await look(probeUpstream(upstream))).toMatchObject({
      health: 'ready',
      models: [{ id: 'small', contextWindow: 2_048 }],
      slots: { total: 1, busy: 0, source: 'here' },
    });
  });

  it('is asked once, however many pages are open', async () => {
    const served = await serveWithWeb();
    await Promise.all(Array.from({ length: 20 }, () => read(served)));
    expect(served.upstream.calls.filter(({ path }) => path === '/health')).toHaveLength(1);
  });
});

it('follows a request by its id, from its prompt to its end', async () => {
  const served = await serveWithWeb();
  const gates = [createGate(), createGate()] as const;
  served.upstream.answer(
    streamAnswer(
      progressChunk(1_000, 100, 400),
      gates[0].opened,
      textChunk('Well'),
      textChunk(' then'),
      gates[1].opened,
      finishChunk('stop'),
      usageChunk(1_000, 2, 100),
    ),
  );
  const response = await served.ask({ model: 'sonnet' });
  const id = response.headers.get('request-id');
  await vi.waitFor(async () => {
    expect((await read(served)).running).toEqual([
      expect.objectContaining({
        id,
        model: 'sonnet',
        phase: 'prompt',
        prompt: { processed: 400, cached: 100, total: 1_000 },
      }),
    ]);
  });
  gates[0].open();
  await vi.waitFor(async () => {
    expect((await read(served)).running).toMatchObject([{ id, phase: 'answering', pieces: 2 }]);
  });
  gates[1].open();
  await response.text();
  const { running, totals, throughput } = await read(served);
  expect(running).toEqual([]);
  expect(totals).toEqual({
    completed: 1,
    failed: 0,
    aborted: 0,
    inputTokens: 900,
    cachedTokens: 100,
    outputTokens: 2,
  });
  expect(throughput.generated).toHaveLength(120);
});

it('tells who waits, and at which place', async () => {
  const served = await serveWithWeb();
  const gate = createGate();
  const answers = Array.from({ length: 4 }, () =>
    streamAnswer(progressChunk(1, 0, 1), gate.opened, finishChunk('stop')),
  );
  served.upstream.answer(...answers);
  // The scripted server has two slots.
  const asked = Array.from({ length: 4 }, (_, index) =>
    served.ask({ messages: [{ role: 'user', content: `${index}` }] }).then((response) => response.text()),
  );
  await vi.waitFor(async () => {
    const { running, queued } = await read(served);
    expect(queued).toBe(2);
    const places = running.filter(({ phase }) => phase === 'queued').map(({ position }) => position);
    expect(places.toSorted()).toEqual([1, 2]);
  });
  gate.open();
  await Promise.all(asked);
  expect((await read(served)).queued).toBe(0);
});

it('counts what failed and what was left', async () => {
  const served = await serveWithWeb();
  served.upstream.answer(errorAnswer(500, 'server_error', 'broken'));
  await served.ask();
  const never = createGate();
  served.upstream.answer(streamAnswer(progressChunk(1, 0, 1), textChunk('a'), never.opened));
  const leaving = new AbortController();
  const response = await served.ask({}, { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  await vi.waitFor(async () => {
    expect((await read(served)).totals).toMatchObject({ completed: 0, failed: 1, aborted: 1 });
  });
});

it('has no word of a prompt in it', async () => {
  const served = await serveWithWeb();
  const gate = createGate();
  served.upstream.answer(streamAnswer(progressChunk(1, 0, 1), textChunk('confidential'), gate.opened));
  const response = await served.ask({
    system: 'confidential',
    messages: [{ role: 'user', content: 'confidential' }],
  });
  await vi.waitFor(async () => expect((await read(served)).running).toHaveLength(1));
  expect(JSON.stringify(await read(served))).not.toContain('confidential');
  gate.open();
  await response.text();
});
