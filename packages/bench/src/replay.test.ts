import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MessageParam, MessagesRequest } from '@llama-messages/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recording } from './recording.ts';
import { replayThroughBridge, replayToOwnEndpoint } from './run-replay.ts';
import { toTotals } from './totals.ts';

const executable = process.env['LLAMA_SERVER'];
const model = new URL('../../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url);

if (!executable) console.warn('LLAMA_SERVER is not set: nothing is replayed to a real llama-server');

describe.skipIf(!executable)('a replay to a real llama-server', () => {
  let server: ChildProcess;
  let upstream: string;

  beforeAll(async () => {
    const port = await freePort();
    upstream = `http://127.0.0.1:${port}`;
    // Repacked weights crash on some virtual machines; they only make a difference in speed.
    const flags = ['--jinja', '--no-repack', '--no-warmup', '-np', '1', '-c', '4096'];
    server = spawn(executable ?? '', ['-m', fileURLToPath(model), '--port', String(port), ...flags], {
      stdio: 'ignore',
    });
    for (;;) {
      const health = await fetch(`${upstream}/health`).catch(() => undefined);
      if (health?.ok) break;
      if (server.exitCode !== null) throw new Error('llama-server ended');
      await sleep(50);
    }
  }, 60_000);

  afterAll(() => {
    // On SIGTERM it locks a mutex that its main loop may be holding, and hangs if it generates at that moment.
    server.kill('SIGKILL');
  });

  it('a second conversation reuses all that the bound allows, and more is never reported', async () => {
    const turns = await play([conversation('one', 'Count from 4 to 9'), conversation('two', 'Say hello')]);

    expect(turns.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
    expect(turns[0]).toMatchObject({ cachedTokens: 0, boundTokens: 0 });
    for (const { cachedTokens, boundTokens, promptTokens } of turns.slice(1)) {
      expect(cachedTokens).toBe(boundTokens);
      expect(cachedTokens / promptTokens).toBeGreaterThan(0.5);
    }
    expect(turns.every(({ firstTokenMs }) => firstTokenMs !== undefined)).toBe(true);
  });

  it('a prompt that is too long is a refusal in the totals, and ends nothing', async () => {
    const turns = await play([conversation('long', 'word '.repeat(9000)), conversation('three', 'Bye')]);

    const totals = toTotals(turns);
    expect(totals).toMatchObject({ requests: 4, refused: 2 });
    expect(totals.promptTokens).toBe((turns[2]?.promptTokens ?? 0) + (turns[3]?.promptTokens ?? 0));
  });

  it("llama-server's own endpoint is played to as well", async () => {
    const [turn] = await replayToOwnEndpoint(optionsOf([conversation('own', 'Say hello')]));

    expect(turn).toMatchObject({ status: 200, error: undefined, boundTokens: undefined });
    expect(turn?.promptTokens).toBeGreaterThan(100);
  });

  const optionsOf = (recordings: Recording[]) => ({ upstream, recordings, maxTokens: 2, onTurn: () => {} });
  const play = (recordings: Recording[]) => replayThroughBridge(optionsOf(recordings));
});

/** Two turns with a system prompt that all of these conversations share. */
function conversation(name: string, words: string): Recording {
  const first: MessageParam[] = [{ role: 'user', content: words }];
  const second: MessageParam[] = [
    ...first,
    { role: 'assistant', content: 'As you wish.' },
    { role: 'user', content: 'Thanks' },
  ];
  const system = 'You are a patient helper who answers in short sentences. '.repeat(20);
  const toBody = (messages: MessageParam[]): MessagesRequest => ({
    model: 'demo',
    max_tokens: 100,
    system,
    messages,
  });
  return {
    name,
    requests: [first, second].map((messages, index) => ({
      name: `00${index}`,
      headers: { 'content-type': 'application/json' },
      body: toBody(messages),
    })),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
