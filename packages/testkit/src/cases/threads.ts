import Anthropic from '@anthropic-ai/sdk';
import type { Message } from '@llama-messages/core';
import { streamAnswer } from '../answer.ts';
import {
  finishChunk,
  progressChunk,
  textAnswerChunks,
  textChunk,
  toolCallChunk,
  usageChunk,
} from '../chat-chunks.ts';
import type { ClientResponse } from '../client.ts';
import {
  type ConformanceCase,
  type TestedServer,
  askedModel,
  expectError,
  requestOf,
  sentMessages,
} from '../conformance-case.ts';
import { createGate, within } from '../gate.ts';

type Wire = { messages: { role: string }[]; thread?: { type: string }; tools?: unknown; system?: unknown };

/** Lets the SDK's tool runner ask for the weather, and returns its last message and what it sent. */
async function runTool({ url, upstream }: TestedServer, stream: boolean) {
  upstream.answer(
    streamAnswer(
      progressChunk(10, 0, 10),
      toolCallChunk({ index: 0, id: 'call1', name: 'look', arguments: '{"at":  "sky"}' }),
      finishChunk('tool_calls'),
      usageChunk(10, 5),
    ),
    streamAnswer(...textAnswerChunks('It is blue.')),
  );
  const wire: Wire[] = [];
  const sdk = new Anthropic({
    baseURL: url,
    apiKey: 'unused',
    maxRetries: 0,
    fetch: (input, init) => {
      wire.push(JSON.parse(String(init?.body)) as Wire);
      return fetch(input, init);
    },
  });
  const looked: unknown[] = [];
  const runner = sdk.beta.messages.toolRunner({
    model: askedModel,
    max_tokens: 64,
    stream,
    system: 'Be brief.',
    messages: [{ role: 'user', content: 'Which colour?' }],
    tools: [
      {
        type: 'custom',
        name: 'look',
        description: 'Looks at something.',
        input_schema: { type: 'object', properties: { at: { type: 'string' } } },
        parse: (input: unknown) => input,
        run: (input: unknown) => {
          looked.push(input);
          return 'blue';
        },
      },
    ],
  });
  return { last: await runner.runUntilDone(), wire, looked };
}

const wholeConversation = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Which colour?' },
  { role: 'assistant', tool_calls: [{ function: { name: 'look', arguments: '{"at":  "sky"}' } }] },
  { role: 'tool', content: 'blue' },
];

const create = (text: string) => requestOf(text, { thread: { type: 'create' } });
const goOn = (id: string, text: string) =>
  requestOf(text, { thread: { type: 'continue', previous_message_id: id } });

/** Conversations that the server holds, as the SDK's tool runner asks for them. */
export const threadsCases: readonly ConformanceCase[] = [
  ...([false, true] as const).map((stream): ConformanceCase => ({
    id: `threads.tool-runner.${stream ? 'streamed' : 'unstreamed'}`,
    title: `MUST hold the conversation of the SDK's tool runner, which then sends only what is new, ${stream ? 'streamed' : 'unstreamed'}`,
    run: async ({ createServer, expect }) => {
      const server = await createServer({});
      const { last, wire, looked } = await runTool(server, stream);
      expect(last.content).toMatchObject([{ type: 'text', text: 'It is blue.' }]);
      expect(looked).toEqual([{ at: 'sky' }]);
      expect(wire.map(({ thread }) => thread?.type)).toEqual(['create', 'continue']);
      expect(wire[1]?.messages.map(({ role }) => role)).toEqual(['user']);
      expect(wire[1]?.tools).toBeUndefined();
      expect(wire[1]?.system).toBeUndefined();
      const sent = server.upstream.chatCalls.at(-1);
      expect(sentMessages(sent)).toMatchObject(wholeConversation);
      expect(sent?.body?.['tools']).toHaveLength(1);
      expect(sent?.bodyText).not.toContain('"thread"');
    },
  })),
  {
    id: 'threads.off',
    title: 'MUST refuse threads, where they are off, with the code that makes the tool runner do without',
    run: async (context) => {
      const server = await context.createServer({ threads: false });
      await expectError(context, await server.client.messages(create('Hello')), {
        status: 400,
        type: 'invalid_request_error',
        code: 'thread_unsupported_request',
      });
      server.upstream.reset();
      const { last, wire } = await runTool(server, false);
      context.expect(last.content).toMatchObject([{ type: 'text', text: 'It is blue.' }]);
      context.expect(wire.map(({ thread }) => thread?.type)).toEqual(['create', undefined, undefined]);
      context.expect(sentMessages(server.upstream.chatCalls.at(-1))).toMatchObject(wholeConversation);
    },
  },
  {
    id: 'threads.other-key',
    title: 'MUST answer 404 thread_not_found for the thread of another key, as for one that never was',
    run: async (context) => {
      const { client, upstream } = await context.createServer({});
      const first = await client.messages(create('Hello'), { 'x-api-key': 'one' });
      const { id } = (await first.json()) as Message;
      const missing = { status: 404, type: 'not_found_error', code: 'thread_not_found' };
      for (const [messageId, key] of [
        [id, 'two'],
        ['msg_never', 'one'],
      ] as const)
        await expectError(
          context,
          await client.messages(goOn(messageId, 'more'), { 'x-api-key': key }),
          missing,
        );
      context.expect(upstream.chatCalls).toHaveLength(1);
      const own = await client.messages(goOn(id, 'more'), { 'x-api-key': 'one' });
      context.expect(own.status, await own.text()).toBe(200);
    },
  },
  {
    id: 'threads.continued-twice',
    title: 'MUST answer a second continuation of one message with 400 thread_already_continued',
    run: async (context) => {
      const { client } = await context.createServer({});
      const { id } = (await (await client.messages(create('Hello'))).json()) as Message;
      await (await client.messages(goOn(id, 'more'))).text();
      await expectError(context, await client.messages(goOn(id, 'other')), {
        status: 400,
        type: 'invalid_request_error',
        code: 'thread_already_continued',
      });
    },
  },
  {
    id: 'threads.resend',
    title:
      'MUST give the numbered retry of a continuation that still runs the same answer, from which the thread goes on',
    run: async (context) => {
      const { client, upstream } = await context.createServer({});
      const { id } = (await (await client.messages(create('Hello'))).json()) as Message;
      await upstream.nextCall();
      const gate = createGate();
      upstream.answer(
        streamAnswer(progressChunk(10, 0, 10), textChunk('Once'), gate.opened, finishChunk('stop')),
      );
      const first = client.send('POST', '/v1/messages', {
        body: goOn(id, 'more'),
        headers: { 'x-stainless-retry-count': '0' },
      });
      await within(upstream.nextCall(), 2_000, 'the continuation');
      const [retry, other] = [goOn(id, 'more'), goOn(id, 'other')].map((body) =>
        client.send('POST', '/v1/messages', { body, headers: { 'x-stainless-retry-count': '1' } }),
      );
      // Refused while the others wait, so they have been taken by now.
      await expectError(context, (await other?.response) as ClientResponse, {
        status: 400,
        type: 'invalid_request_error',
        code: 'thread_continue_in_flight',
      });
      first.destroy();
      gate.open();
      const answer = (await (await retry?.response)?.json()) as Message;
      context.expect(answer).toMatchObject({ content: [{ type: 'text', text: 'Once' }] });
      context.expect(upstream.chatCalls).toHaveLength(2);
      const next = await client.messages(goOn(answer.id, 'And then?'));
      context.expect(next.status, await next.text()).toBe(200);
      context
        .expect(sentMessages(upstream.chatCalls.at(-1)).map(({ content }) => content))
        .toEqual(['Hello', '1, 2, 3, 4, 5', 'more', 'Once', 'And then?']);
    },
  },
];
