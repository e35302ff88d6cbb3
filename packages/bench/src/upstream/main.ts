/**
 * The process of the upstream: llama-server's bytes without a model.
 *
 * @packageDocumentation
 */
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../listen.ts';
import { answerCommands } from '../processes/commands.ts';
import { beginAnswer, type StreamedAnswer } from './answer.ts';
import { marks } from './pieces.ts';
import { modelRoutes } from './model-routes.ts';
import type { Scenario, TokenRun, UpstreamCommands } from './scenario.ts';

let scenario: Scenario = { kind: 'one-token' };
const held = new Map<ServerResponse, StreamedAnswer>();
/** Tokens of the prompt that a `slow-prompt` reports. */
const promptTokens = 13_500;
let open = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    const known = modelRoutes[`${request.method} ${path}`];
    if (known !== undefined) response.setHeader('content-type', 'application/json').end(known);
    // Whatever path a server asks at: the byte pipe hands on the client's.
    else if (request.method === 'POST') void answer(response, Buffer.concat(chunks));
    else response.writeHead(404).end('{}');
  });
});

async function answer(response: ServerResponse, body: Buffer): Promise<void> {
  open += 1;
  response.once('close', () => {
    open -= 1;
    held.delete(response);
  });
  const { kind } = scenario;
  const stream = beginAnswer(response, body);
  if (scenario.kind === 'slow-prompt') {
    const steps = Math.max(1, Math.round(scenario.ms / 400));
    for (let step = 0; step < steps; step += 1) {
      stream.progress(Math.floor((promptTokens * step) / steps), promptTokens);
      await sleep(scenario.ms / steps);
    }
    stream.progress(promptTokens, promptTokens);
  } else {
    stream.progress(0, promptTokens);
    stream.progress(promptTokens, promptTokens);
  }
  stream.begin();
  if (kind === 'held') held.set(response, stream);
  else stream.finish();
}

function streamAtPace(run: TokenRun): void {
  let left = run.tokens;
  const timer = setInterval(() => {
    left -= 1;
    for (const stream of held.values()) stream.token(left === 0 ? marks.last : undefined);
    if (left === 0 || held.size === 0) clearInterval(timer);
  }, run.intervalMs);
}

function streamAtOnce(run: TokenRun): void {
  const left = new Map([...held].map(([response, stream]) => [response, { stream, tokens: run.tokens }]));
  const step = () => {
    for (const [response, answer] of left) {
      if (response.writableNeedDrain) continue;
      answer.tokens -= 1;
      answer.stream.token(answer.tokens === 0 ? marks.last : undefined);
      if (answer.tokens === 0 || response.destroyed) left.delete(response);
    }
    if (left.size > 0) setImmediate(step);
  };
  step();
}

const { url } = await listen(server);
answerCommands<UpstreamCommands>({
  url: () => url,
  scenario(next) {
    scenario = next;
  },
  stream: (run) => (run.intervalMs > 0 ? streamAtPace(run) : streamAtOnce(run)),
  finish() {
    for (const stream of held.values()) stream.finish();
    held.clear();
  },
  open: () => open,
});
