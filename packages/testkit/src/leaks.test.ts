import { createServer } from 'node:http';
import { setImmediate as ioTurn, setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, cutStreamAnswer, errorAnswer, resetAnswer, streamAnswer } from './answer.ts';
import { deltaChunk, finishChunk, progressChunk, textChunk, usageChunk } from './chat-chunks.ts';
import { type ClientResponse, createClient } from './client.ts';
import { requestOf } from './conformance-case.ts';
import { within } from './gate.ts';
import { listen } from './listen.ts';
import { type ScriptedLlamaServer, createScriptedLlamaServer } from './scripted-llama-server.ts';

const total = 10_000;
const batch = 50;

/** Where a client goes away. */
const phases = [
  'never',
  'at once',
  'before the headers',
  'in the queue',
  'after the headers',
  'in the answer',
  'without reading',
] as const;

/** A generator of numbers in [0, 1) that gives the same ones in every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let upstream: ScriptedLlamaServer;
let close: () => Promise<void>;
let url: string;
let ended: number;
const warnings: string[] = [];
const onWarning = (warning: Error) => void warnings.push(`${warning.name}: ${warning.message}`);

beforeAll(async () => {
  process.on('warning', onWarning);
  upstream = await createScriptedLlamaServer({ slots: 40 });
  ended = 0;
  const handler = createMessagesHandler({
    upstream: upstream.url,
    graceMs: 50,
    pingIntervalMs: 20,
    onExchange: () => {
      ended += 1;
    },
  });
  const server = await listen(createServer(toNodeListener(handler)), () => handler.close());
  ({ url } = server);
  close = async () => {
    await upstream.close();
    await server.close();
  };
});
afterAll(async () => {
  process.off('warning', onWarning);
  await close();
});

/** What an upstream does, good and bad, some of it only while somebody still waits. */
function toAnswer(random: () => number): Answer {
  const chosen = random();
  const begun = [progressChunk(10, 0, 10), deltaChunk({ reasoning_content: 'hm' }), textChunk('Once upon ')];
  const end = [textChunk('a time'), finishChunk('stop'), usageChunk(10, 5)];
  if (chosen < 0.03) return resetAnswer();
  if (chosen < 0.06) return errorAnswer(500, 'server_error', 'something broke');
  if (chosen < 0.1) return cutStreamAnswer(...begun);
  return streamAnswer(...begun, ioTurn(), ...end);
}

/** Sends one request and leaves it where the dice say. */
async function play(number: number, random: () => number): Promise<void> {
  const phase = phases[Math.floor(random() * phases.length)] ?? 'never';
  const stream = random() < 0.7;
  const client = createClient(url);
  const pending = client.send('POST', '/v1/messages', {
    body: requestOf(`request ${number}`, {
      stream,
      ...(random() < 0.3 && { system: 'Be brief.' }),
      ...(random() < 0.1 && { thread: { type: 'create' } }),
    }),
    headers: {
      'x-api-key': `key ${number % 7}`,
      ...(random() < 0.3 && { 'x-stainless-retry-count': '0' }),
    },
  });
  if (phase === 'at once') return pending.destroy();
  if (phase === 'before the headers' || phase === 'in the queue') {
    const turns = phase === 'in the queue' ? 1 + random() * 4 : 4 + random() * 12;
    for (let turn = 0; turn < turns; turn++) await ioTurn();
    return pending.destroy();
  }
  let response: ClientResponse;
  try {
    response = await pending.response;
  } catch {
    return;
  }
  if (phase === 'after the headers') return response.destroy();
  if (phase === 'without reading') {
    response.pause();
    await ioTurn();
    return response.destroy();
  }
  // Cut answers throw; that is what is wanted of them, and not what is looked at here.
  if (phase === 'never') return void (await response.text().catch(() => {}));
  try {
    for await (const event of response.events()) if (event.type === 'content_block_delta') break;
  } catch {
    return;
  }
  response.destroy();
}

/** Sends `count` requests, {@link batch} at a time. */
async function playAll(count: number, random: () => number): Promise<void> {
  for (let sent = 0; sent < count; sent += batch) {
    await Promise.all(Array.from({ length: batch }, (_, index) => play(sent + index, random)));
    // The scripted server would otherwise keep every call that it ever got.
    if (upstream.calls.length > 2_000) {
      await untilIdle();
      upstream.reset();
      upstream.on('POST /v1/chat/completions', () => toAnswer(random));
    }
  }
  await untilIdle();
}

type Resources = Readonly<Record<string, number>>;

function resources(): Resources {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Resolves when all connections but the pooled ones are gone; throws if some stay. */
async function untilIdle(): Promise<void> {
  for (let waited = 0; ; waited++) {
    const { TCPSocketWrap = 0 } = resources();
    if (TCPSocketWrap <= mostPooled * 2) return;
    if (waited > 100) throw new Error(`${TCPSocketWrap} sockets are still open`);
    await delay(50);
  }
}

/** Connections that may stay open for `/props` and the list of models; each counts on both ends. */
const mostPooled = 4;

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

test(`${total} requests, six in seven of which the client leaves at some point, leave nothing behind`, async () => {
  const random = createRandom(20_260_101);
  upstream.on('POST /v1/chat/completions', () => toAnswer(random));
  // What is compiled, cached and pooled once is no leak.
  await playAll(1_000, random);
  upstream.reset();
  await delay(1_000);
  const before = { heap: heapAfterCollection(), resources: resources() };
  const listeners = (): number =>
    process.eventNames().reduce((count, name) => count + process.listenerCount(name), 0);
  const listenersBefore = listeners();
  const endedBefore = ended;

  upstream.on('POST /v1/chat/completions', () => toAnswer(random));
  await playAll(total - 1_000, random);
  const calls = [...upstream.calls];
  // Longer than an answer goes on without a reader.
  await delay(1_500);

  const chats = calls.filter(({ path }) => path === '/v1/chat/completions');
  await within(
    Promise.all(chats.map(({ closed }) => closed)),
    2_000,
    'the model server is left alone by all requests',
  );
  const after = resources();
  calls.length = 0;
  chats.length = 0;
  upstream.reset();
  expect(after['Timeout'] ?? 0, 'timers').toBeLessThanOrEqual(before.resources['Timeout'] ?? 0);
  expect(after['TCPSocketWrap'] ?? 0, 'sockets').toBeLessThanOrEqual(mostPooled * 2);
  expect(listeners(), 'listeners of the process').toBe(listenersBefore);
  expect(warnings, 'Node warns of listeners that pile up').toEqual([]);
  expect(ended - endedBefore, 'exchanges that were reported').toBeGreaterThan(total / 2);
  const grown = (heapAfterCollection() - before.heap) / 1024 / 1024;
  // The generation memory and the threads are bounded, but not full yet after so few: some 4 MiB.
  expect(grown, 'MiB of heap').toBeLessThan(16);

  const response = await createClient(url).messages(requestOf('after all'));
  expect(response.status, await response.text()).toBe(200);
}, 120_000);
