import { createServer } from 'node:http';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdapterServer } from '../case-runner.ts';
import { createClient } from '../client.ts';
import { requestOf, streamOf } from '../conformance-case.ts';
import { listen } from '../listen.ts';
import { type Engine, startLlamaServer } from './engines.ts';

const executable = process.env['LLAMA_SERVER'];
if (!executable)
  console.warn('LLAMA_SERVER does not name one: cancellation is NOT tried on a real llama-server');

/** Long enough to be caught reading it, at some thousand tokens a second. */
const longPrompt = 'word '.repeat(3_400);
const longAnswer = { max_tokens: 3_000, temperature: 0, stop_sequences: [], thinking: { type: 'disabled' } };

describe.skipIf(!executable)(
  'a client that leaves frees the slot of a real llama-server within a second',
  () => {
    let engine: Engine;
    let server: AdapterServer;

    beforeAll(async () => {
      engine = await startLlamaServer(executable ?? '');
      const handler = createMessagesHandler({ upstream: engine.upstream, concurrency: 2 });
      server = await listen(createServer(toNodeListener(handler)), () => handler.close());
      // Which server it is and what it has is asked once; not part of what is timed.
      await (await createClient(server.url).messages(requestOf('Hello', { max_tokens: 1 }))).text();
    });
    afterAll(async () => {
      await server?.close();
      await engine?.close();
    });

    async function busySlots(): Promise<number> {
      const slots = (await (await fetch(`${String(engine.upstream)}/slots`)).json()) as {
        is_processing: boolean;
      }[];
      return slots.filter((slot) => slot.is_processing).length;
    }

    /** Polls: what the server does inside, it does not announce. */
    async function until(condition: (busy: number) => boolean, ms: number): Promise<number> {
      const startedAt = performance.now();
      for (;;) {
        if (condition(await busySlots())) return performance.now() - startedAt;
        if (performance.now() - startedAt > ms) throw new Error(`not within ${ms} ms`);
        await new Promise((resolve) => {
          setTimeout(resolve, 10);
        });
      }
    }

    it('while the prompt is read', async () => {
      const response = await createClient(server.url).messages(streamOf(longPrompt, longAnswer));
      expect((await response.events().next()).value?.type).toBe('message_start');
      await until((busy) => busy === 1, 1_000);
      response.destroy();
      await until((busy) => busy === 0, 1_000);
    });

    it('while the answer is generated', async () => {
      const response = await createClient(server.url).messages(
        streamOf('Count from 1 to 20', { ...longAnswer, temperature: 2 }),
      );
      for await (const event of response.events()) if (event.type === 'content_block_delta') break;
      response.destroy();
      await until((busy) => busy === 0, 1_000);
    });

    it('when nothing is streamed', async () => {
      const abort = new AbortController();
      const answer = fetch(`${server.url}/v1/messages`, {
        method: 'POST',
        signal: abort.signal,
        body: JSON.stringify(requestOf(longPrompt, longAnswer)),
      });
      await until((busy) => busy === 1, 5_000);
      abort.abort();
      await expect(answer).rejects.toThrow();
      await until((busy) => busy === 0, 1_000);
    });

    it('while it waits for its turn: it never reaches the server', async () => {
      const client = createClient(server.url);
      const running = await Promise.all(
        [client, client].map((one) => one.messages(streamOf(longPrompt, longAnswer))),
      );
      await until((busy) => busy === 2, 1_000);
      const abort = new AbortController();
      const waiting = fetch(`${server.url}/v1/messages`, {
        method: 'POST',
        signal: abort.signal,
        body: JSON.stringify(requestOf('Hello', longAnswer)),
      });
      abort.abort();
      await expect(waiting).rejects.toThrow();
      for (const response of running) response.destroy();
      await until((busy) => busy === 0, 1_000);
    });
  },
);
