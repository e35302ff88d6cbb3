/**
 * The process of the upstream: llama-server's bytes without a model.
 *
 * @packageDocumentation
 */
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { countResets, playNumbered, wasReset } from '../soak/numbered-answer.ts';
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
let givenUp = 0;

const server = createServer({ keepAliveTimeout: 3_600_000 }, (request, response) => {
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
    if (!response.writableEnded && !wasReset(response)) givenUp += 1;
    held.delete(response);
  });
  const stream = beginAnswer(response, body);
  const { kind } = scenario;
  if (scenario.kind === 'slow-prompt') {
    await readSlowly(stream, scenario.ms);
  } else {
    stream.progress(0, promptTokens);
    stream.progress(promptTokens, promptTokens);
  }
  if (kind === 'numbered') {
    playNumbered(response, stream, body);
    return;
  }
  stream.begin();
  if (kind === 'held') held.set(response, stream);
  else stream.finish();
}

async function readSlowly(stream: StreamedAnswer, ms: number): Promise<void> {
  const steps = Math.max(1, Math.round(ms / 400));
  for (let step = 0; step < steps; step += 1) {
    stream.progress(Math.floor((promptTokens * step) / steps), promptTokens);
    await sleep(ms / steps);
  }
  stream.progress(promptTokens, promptTokens);
}

function streamAtPace(run: TokenRun): void {
  const streams = new Map(held);
  let left = run.tokens;
  const timer = setInterval(() => {
    left -= 1;
    for (const [response, stream] of streams) {
      if (response.writableEnded || response.destroyed) streams.delete(response);
      else stream.token(left === 0 ? marks.last : undefined);
    }
    if (left === 0 || streams.size === 0) clearInterval(timer);
  }, run.intervalMs);
}

function streamAtOnce(run: TokenRun): void {
  const left = new Map([...held].map(([response, stream]) => [response, { stream, tokens: run.tokens }]));
  const step = () => {
    for (const [response, rest] of left) {
      if (response.destroyed) left.delete(response);
      if (response.destroyed || response.writableNeedDrain) continue;
      rest.tokens -= 1;
      rest.stream.token(rest.tokens === 0 ? marks.last : undefined);
      if (rest.tokens === 0) left.delete(response);
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
  givenUp: () => givenUp,
  resets: countResets,
});
