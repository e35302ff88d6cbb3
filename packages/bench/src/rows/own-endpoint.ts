import { proseOfRecording } from '../bodies.ts';
import { type RealLlamaServer, startLlamaServer } from '../llama-server.ts';
import { measureInRounds } from '../rounds.ts';
import { startProcess } from '../processes/child-process.ts';
import type { ServerCommands } from '../servers/serve.ts';
import type { Row } from './row.ts';

const requests = 10;
/** In characters: 13 500 tokens of the demo model. */
const longPrompt = 20_250;

/** llama-server's own `/v1/messages`: what its translation costs it, and when its first event comes. */
export function ownEndpoint(binary: string, checkout: string): Row {
  return {
    name: 'llama-server',
    async measure(_stage, { rounds = 5 }) {
      const server = await startLlamaServer(binary);
      const bridge = await startProcess<ServerCommands>('servers/main.js', {
        args: ['node', server.url, checkout],
      });
      try {
        const bridgeUrl = await bridge.ask('url');
        const tokens = await measureInRounds(
          ['/v1/chat/completions', '/v1/messages'].map((path) => ({
            label: path,
            measure: () => cpuTimePerToken(server, path),
          })),
          rounds,
        );
        const events = await measureInRounds(
          [
            { label: 'llama-server', measure: () => timeFirstEvent(server.url) },
            { label: 'node', measure: () => timeFirstEvent(bridgeUrl) },
          ],
          Math.min(rounds, 3),
          0,
        );
        return [
          {
            name: 'own-endpoint',
            title: 'a streamed token, CPU time of llama-server itself with the demo model',
            unit: 'µs',
            bar: { kind: 'none' },
            figures: tokens,
          },
          {
            name: 'own-prefill',
            title: 'first event of a prompt of 13 500 tokens that a real llama-server reads, on one thread',
            unit: 'ms',
            bar: { kind: 'absolute', atMost: 100 },
            figures: events,
          },
        ];
      } finally {
        await bridge.stop();
        await server.stop();
      }
    },
  };
}

async function cpuTimePerToken(server: RealLlamaServer, path: string): Promise<number> {
  const before = await server.cpuTime();
  let tokens = 0;
  for (let number = 0; number < requests; number += 1) {
    const answer = await ask(`${server.url}${path}`, `Tell me a story of ${number} friends.`, 500);
    const counts = [...(await answer.text()).matchAll(/"(?:output|completion)_tokens":(\d+)/g)];
    tokens += Number(counts.at(-1)?.[1]);
  }
  return ((await server.cpuTime()) - before) / tokens;
}

let prompts = 0;

/** A prompt that nothing is cached of. */
async function timeFirstEvent(url: string): Promise<number> {
  prompts += 1;
  const prompt = `${prompts} ${proseOfRecording(longPrompt)}`;
  const start = performance.now();
  const answer = await ask(`${url}/v1/messages`, prompt, 1);
  const reader = answer.body?.getReader();
  await reader?.read();
  const time = performance.now() - start;
  while (!(await reader?.read())?.done);
  return time;
}

async function ask(url: string, prompt: string, maxTokens: number): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'demo',
      max_tokens: maxTokens,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: prompt }],
    }),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  return answer;
}
