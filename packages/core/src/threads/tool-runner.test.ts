import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatChunk } from '../chat/types.ts';
import { toErrorBody, toMessagesError } from '../errors.ts';
import { createId } from '../id.ts';
import type { MessagesRequest } from '../messages/types.ts';
import { createFrameWriter } from '../stream/frame-writer.ts';
import { createMessageCollector } from '../stream/message-collector.ts';
import type { MessageSink } from '../stream/message-sink.ts';
import { createMessageStream } from '../stream/message-stream.ts';
import { createCollectingSink } from './collecting-sink.ts';
import { createMemoryThreadStore, type ThreadStore } from './thread-store.ts';
import { createThreads } from './threads.ts';

const system = 'be short';

/** Calls the tool first, then says what it said. */
function generate(request: MessagesRequest, sink: MessageSink): void {
  const stream = createMessageStream(sink, {
    messageId: createId('msg_'),
    plan: { model: request.model, stopSequences: [], hideThinking: false, discardOutput: false },
    estimateInputTokens: () => 1,
  });
  const isAnswered = JSON.stringify(request.messages).includes('tool_result');
  const call = { index: 0, id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } };
  const chunks: ChatChunk[] = isAnswered
    ? [{ choices: [{ delta: { content: 'It is sunny.' }, finish_reason: 'stop' }] }]
    : [
        { choices: [{ delta: { reasoning_content: 'I have to look.' } }] },
        { choices: [{ delta: { tool_calls: [call] }, finish_reason: 'tool_calls' }] },
      ];
  for (const chunk of chunks) stream.push(chunk);
  stream.end();
}

/** The requests as they came in, the conversations as the model got them, and the error codes in between. */
interface Seen {
  readonly wire: MessagesRequest[];
  readonly conversations: MessagesRequest[];
  readonly refusals: unknown[];
}

let store: ThreadStore;
let seen: Seen;
/** Breaks the connection of the request of this number after it was committed, as a network would. */
let lostAnswer: number | undefined;
let close: () => Promise<void>;
let client: Anthropic;

beforeEach(async () => {
  store = createMemoryThreadStore();
  seen = { wire: [], conversations: [], refusals: [] };
  lostAnswer = undefined;
  const threads = createThreads({
    store: { get: (key) => store.get(key), set: (...entry) => store.set(...entry) },
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = JSON.parse(await text(incoming)) as MessagesRequest;
    seen.wire.push(request);
    const number = seen.wire.length;
    if (request.thread === undefined) throw new Error('The client has given up threads');
    const thread = await threads.open(String(incoming.headers['x-api-key']), request);
    try {
      seen.conversations.push(thread.request);
      if (request.stream) {
        const writer = createFrameWriter('req_1');
        generate(
          thread.request,
          createCollectingSink(writer, (message) => void thread.commit(message)),
        );
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(writer.take());
      } else {
        const collector = createMessageCollector();
        generate(thread.request, collector);
        await thread.commit(collector.message());
        if (number === lostAnswer) response.destroy();
        else
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify(collector.message()));
      }
    } finally {
      thread.abandon();
    }
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((reason: unknown) => {
      const error = toMessagesError(reason);
      seen.refusals.push(error.details?.['error_code'] ?? reason);
      response
        .writeHead(error.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(toErrorBody(error, 'req_1')));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = server.address() as AddressInfo;
  client = new Anthropic({ baseURL: `http://127.0.0.1:${port}`, apiKey: 'key' });
});

afterEach(() => close());

function weather(onRun: () => void = () => {}) {
  return betaTool({
    name: 'get_weather',
    description: 'the weather',
    inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    run({ city }) {
      onRun();
      return `sunny in ${String(city)}`;
    },
  });
}

function params(onRun?: () => void) {
  return {
    model: 'm',
    max_tokens: 100,
    system,
    tools: [weather(onRun)],
    messages: [{ role: 'user' as const, content: 'Weather in Paris?' }],
  };
}

const question = { role: 'user', content: 'Weather in Paris?' };
const toolResult = {
  role: 'user',
  content: [{ type: 'tool_result', tool_use_id: expect.stringMatching(/./), content: 'sunny in Paris' }],
};
const toolUse = {
  role: 'assistant',
  content: [
    { type: 'thinking', thinking: 'I have to look.' },
    { type: 'tool_use', name: 'get_weather', input: { city: 'Paris' } },
  ],
};

function expectWholeConversation(request: MessagesRequest | undefined): void {
  expect(request).toMatchObject({
    system,
    tools: [{ name: 'get_weather' }],
    messages: [question, toolUse, toolResult],
  });
  expect(request).not.toHaveProperty('thread');
}

describe("the SDK's tool runner on a thread", () => {
  it('sends only the new messages, and the model gets the whole conversation', async () => {
    const last = await client.beta.messages.toolRunner(params());
    expect(last.content).toMatchObject([{ type: 'text', text: 'It is sunny.' }]);
    expect(seen.refusals).toEqual([]);
    expect(seen.wire.map(({ thread }) => thread)).toEqual([
      { type: 'create' },
      { type: 'continue', previous_message_id: expect.stringMatching(/^msg_/) },
    ]);
    expect(seen.wire[1]?.messages).toEqual([toolResult]);
    expect(seen.wire[1]).not.toHaveProperty('tools');
    expect(seen.wire[1]).not.toHaveProperty('system');
    expectWholeConversation(seen.conversations[1]);
  });

  it('does so streamed', async () => {
    const runner = client.beta.messages.toolRunner({ ...params(), stream: true });
    for await (const stream of runner) await stream.finalMessage();
    expect((await runner.done()).content).toMatchObject([{ type: 'text', text: 'It is sunny.' }]);
    expect(seen.refusals).toEqual([]);
    expect(seen.wire[1]?.messages).toEqual([toolResult]);
    expectWholeConversation(seen.conversations[1]);
  });

  it('replays the conversation as a new thread when the server has lost it', async () => {
    const runner = client.beta.messages.toolRunner(
      params(() => {
        store = createMemoryThreadStore();
      }),
    );
    expect((await runner).content).toMatchObject([{ type: 'text', text: 'It is sunny.' }]);
    expect(seen.refusals).toEqual(['thread_not_found']);
    expect(seen.wire.map(({ thread }) => (thread as { type: string }).type)).toEqual([
      'create',
      'continue',
      'create',
    ]);
    expectWholeConversation(seen.conversations[1]);
  });

  it('replays it when the answer to a continue was lost on the way', async () => {
    lostAnswer = 2;
    const last = await client.beta.messages.toolRunner(params());
    expect(last.content).toMatchObject([{ type: 'text', text: 'It is sunny.' }]);
    expect(seen.refusals).toEqual(['thread_already_continued']);
    expectWholeConversation(seen.conversations[2]);
    // What was held is what the client replays, to the byte: the model's prompt cache stays good.
    const [, held, replayed] = seen.conversations.map((request) => JSON.stringify(request.messages));
    expect(held).toBe(replayed);
  });
});

describe("the SDK's thread", () => {
  it('goes on turn by turn, whatever changes that may change', async () => {
    const thread = client.beta.messages.thread({ model: 'm', max_tokens: 100, system });
    await thread.send({ role: 'user', content: 'tool_result, says the user' });
    await thread.send({ role: 'user', content: 'again' }, { max_tokens: 50, stop_sequences: ['x'] });
    await thread.stream({ role: 'user', content: 'and again' }).finalMessage();
    expect(seen.refusals).toEqual([]);
    expect(seen.wire.map(({ messages }) => messages.length)).toEqual([1, 1, 1]);
    expect(seen.conversations.map(({ messages }) => messages.length)).toEqual([1, 3, 5]);
    expect(seen.conversations[1]).toMatchObject({ system, max_tokens: 50, stop_sequences: ['x'] });
    expect(seen.conversations[2]).toMatchObject({ system, max_tokens: 100 });
  });

  it('tells its caller which field may not change', async () => {
    const thread = client.beta.messages.thread({ model: 'm', max_tokens: 100 });
    await thread.send({ role: 'user', content: 'tool_result, says the user' });
    await expect(thread.send({ role: 'user', content: 'again' }, { model: 'another' })).rejects.toSatisfy(
      (error) => error instanceof Anthropic.ThreadFingerprintMismatchError && error.message.includes('model'),
    );
  });
});
