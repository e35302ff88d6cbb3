import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type MessageStreamEvent, createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Client, type ClientResponse, createClient, readEvents } from './client.ts';
import { expectError, requestOf } from './conformance-case.ts';
import { assertEventGrammar, toMessageFromEvents } from './event-grammar.ts';
import { type Outcome, type Trouble, toFailureTable } from './failure-table.ts';
import { failures } from './failures.ts';
import { within } from './gate.ts';
import { listen } from './listen.ts';
import { type ScriptedLlamaServer, createScriptedLlamaServer } from './scripted-llama-server.ts';
import { streamAnswer } from './answer.ts';
import { textAnswerChunks } from './chat-chunks.ts';
import { withSupportBlock } from './support-table.ts';

const fine = () => streamAnswer(...textAnswerChunks('fine'));
const tools = [{ name: 'look', description: 'Looks.', input_schema: { type: 'object', properties: {} } }];

interface Stage {
  readonly client: Client;
  /** The model server; another one after a restart. */
  upstream(): ScriptedLlamaServer;
  /** Ends the trouble. */
  repair(): Promise<void>;
}

/** Starts a server whose model server is in trouble. */
async function createStage(trouble: Trouble): Promise<Stage> {
  let upstream = await createScriptedLlamaServer();
  const { port, href } = new URL(upstream.url);
  const handler = createMessagesHandler({ upstream: href, ...trouble.options });
  const server = await listen(createServer(toNodeListener(handler)), () => handler.close());
  onTestFinished(async () => {
    await upstream.close();
    await server.close();
  });
  const client = createClient(server.url);
  const start = async (id: string) => {
    upstream = await createScriptedLlamaServer({ port: Number(port), models: [id] });
    upstream.on('POST /v1/chat/completions', fine);
  };
  if (trouble.answers) upstream.answer(...trouble.answers());
  const { everywhere } = trouble;
  if (everywhere)
    for (const route of ['GET /props', 'GET /v1/models', 'POST /v1/chat/completions'])
      upstream.on(route, everywhere);
  if (trouble.restarts) {
    upstream.answer(fine());
    await (await client.messages(requestOf('before'))).text();
  }
  if (trouble.isDown || trouble.restarts) await upstream.close();
  if (trouble.restarts) await start('another-model');
  return {
    client,
    upstream: () => upstream,
    repair: async () => {
      if (trouble.isDown) return start('demo-model');
      upstream.reset();
      upstream.on('POST /v1/chat/completions', fine);
    },
  };
}

const isPing = (event: MessageStreamEvent | undefined) => event?.type === 'ping';

async function check(outcome: Outcome, stream: boolean, { client, upstream }: Stage): Promise<void> {
  const body = requestOf('Hello', { stream, tools });
  if (outcome.kind === 'waits') {
    const pending = client.send('POST', '/v1/messages', { body });
    const call = await within(upstream().nextCall(), 3_000, 'the request reaches the model server');
    let response: ClientResponse | undefined;
    if (stream) {
      response = await within(pending.response, 5_000, 'a status line');
      const events = response.events();
      while (!isPing((await within(events.next(), 15_000, 'a ping')).value)) continue;
    }
    pending.destroy();
    response?.destroy();
    return within(call.closed, 1_000, 'the model server is stopped');
  }
  const response = await within(client.messages(body), 5_000, 'a status line');
  switch (outcome.kind) {
    case 'status':
      await expectError({ expect }, response, outcome);
      expect(Number(response.headers['retry-after'] ?? 0) > 0).toBe(outcome.retryAfter ?? false);
      return;
    case 'event': {
      expect(response.status).toBe(200);
      const events = await within(readEvents(response), 5_000, 'the end of the stream');
      assertEventGrammar(events);
      const { message, complete, error } = toMessageFromEvents(events);
      expect(complete).toBe(false);
      expect(message.stop_reason).toBeNull();
      expect(message.content.map(({ type }) => type)).toEqual(outcome.blocks);
      expect(error).toMatchObject({ type: outcome.type, message: expect.stringMatching(outcome.message) });
      return;
    }
    case 'answer': {
      expect(response.status).toBe(200);
      if (stream) {
        const events = await within(readEvents(response), 5_000, 'the end of the stream');
        assertEventGrammar(events);
        const { message, complete } = toMessageFromEvents(events);
        expect(complete).toBe(true);
        expect(message.content).toMatchObject([{ type: 'text', text: 'fine' }]);
      } else expect(await response.json()).toMatchObject({ content: [{ type: 'text', text: 'fine' }] });
      return;
    }
    default:
      outcome satisfies never;
  }
}

const rows = Object.entries(failures).flatMap(([phase, group]) =>
  group.flatMap((row) =>
    [true, false].map(
      (stream) =>
        [`${phase}: ${row().what}, ${stream ? 'streamed' : 'unstreamed'}`, { row, stream }] as const,
    ),
  ),
);

describe.each(rows)('%s', (_title, { row, stream }) => {
  test('the client sees what the page says, and the next request is answered', async () => {
    const { trouble, streamed, unstreamed } = row();
    const stage = await createStage(trouble);
    await check(stream ? streamed : unstreamed, stream, stage);
    await stage.repair();
    for (const again of [false, true]) await check({ kind: 'answer' }, again, stage);
  });
});

test('docs/failures.md says what these tests say', () => {
  const path = fileURLToPath(new URL('../../../docs/failures.md', import.meta.url));
  const page = readFileSync(path, 'utf8');
  const expected = withSupportBlock(page, toFailureTable(failures));
  if (process.env['UPDATE'] === '1') writeFileSync(path, expected);
  else expect(page, 'run UPDATE=1 pnpm vitest packages/testkit/src/failures.test.ts').toBe(expected);
});
