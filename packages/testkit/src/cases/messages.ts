import type { Message } from '@llama-messages/core';
import { fixtureAnswer, streamAnswer } from '../answer.ts';
import {
  deltaChunk,
  finishChunk,
  progressChunk,
  textAnswerChunks,
  toolCallChunk,
  usageChunk,
} from '../chat-chunks.ts';
import { type ConformanceCase, askedModel, requestOf, sentMessages } from '../conformance-case.ts';
import { expectedFixtureNames, loadClientRequests, loadExpected } from '../fixtures.ts';
import { normalizeMessage } from '../normalize.ts';

const fixtureCases = expectedFixtureNames.map((name): ConformanceCase => ({
  id: `messages.fixture.${name}`,
  title: `MUST answer with exactly one message for the recorded stream ${name}`,
  run: async ({ client, upstream, expect }) => {
    const { request, message } = loadExpected(name);
    upstream.answer(fixtureAnswer(name));
    const response = await client.messages(request);
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Message;
    expect(answer.id).toMatch(/^msg_/);
    for (const block of answer.content) {
      if (block.type === 'tool_use') expect(block.id).not.toBe('');
      if (block.type === 'thinking') expect(typeof block.signature).toBe('string');
    }
    expect(normalizeMessage(answer)).toEqual(message);
  },
}));

const weather = { name: 'get_weather', input_schema: { type: 'object', properties: {} } };

/** What a client that wants one JSON message gets. */
export const messagesCases: readonly ConformanceCase[] = [
  ...fixtureCases,
  {
    id: 'messages.recorded-clients',
    title:
      'MUST accept every recorded request of Claude Code and of the SDK, whatever fields and betas it has',
    run: async ({ client, expect }) => {
      const requests = loadClientRequests().filter(
        // Threads are refused on purpose: `sdk.tool-runner`.
        ({ path, name }) => /\/v1\/messages(\?|$)/.test(path) && !name.includes('tool@sdk'),
      );
      expect(requests.length).toBeGreaterThan(10);
      for (const { name, headers, body } of requests) {
        const response = await client.request('POST', '/v1/messages?beta=true', { body, headers });
        const text = await response.text();
        expect(response.status, `${name}: ${text.slice(0, 300)}`).toBe(200);
      }
    },
  },
  {
    id: 'messages.always-streams-upstream',
    title: 'MUST ask the upstream for a stream also when the client wants one message',
    run: async ({ client, upstream, expect }) => {
      await (await client.messages(requestOf('Hello'))).json();
      expect(upstream.chatCalls[0]?.body).toMatchObject({
        stream: true,
        stream_options: { include_usage: true },
        return_progress: true,
        max_tokens: 64,
        messages: [{ role: 'user', content: 'Hello' }],
      });
    },
  },
  {
    id: 'messages.model-echo',
    title: 'MUST echo the model that was asked for and ask the upstream for one that it has',
    run: async ({ client, upstream, expect }) => {
      const answer = (await (await client.messages(requestOf('Hello'))).json()) as Message;
      expect(answer.model).toBe(askedModel);
      expect(upstream.chatCalls[0]?.body?.['model']).toBe('demo-model-q8_0.gguf');
    },
  },
  {
    id: 'messages.sampling',
    title: 'MUST hand on sampling and stop sequences',
    run: async ({ client, upstream, expect }) => {
      const sampling = { temperature: 0.25, top_p: 0.5, top_k: 7 };
      await (await client.messages(requestOf('Hello', { ...sampling, stop_sequences: ['END'] }))).json();
      expect(upstream.chatCalls[0]?.body).toMatchObject({ ...sampling, stop: ['END'] });
    },
  },
  {
    id: 'messages.unicode',
    title: 'MUST keep every character of the question and of the answer',
    run: async ({ client, upstream, expect }) => {
      const text = 'naïve – 你好 👩‍👩‍👧 \u2028 "quoted" \\ end';
      upstream.answer(streamAnswer(...textAnswerChunks(text)));
      const answer = (await (await client.messages(requestOf(text))).json()) as Message;
      expect(answer.content).toEqual([{ type: 'text', text, citations: null }]);
      expect(upstream.chatCalls[0]?.body?.['messages']).toEqual([{ role: 'user', content: text }]);
    },
  },
  {
    id: 'messages.tool-result-first',
    title: 'MUST put tool results directly behind the call, and the user text of the same turn after them',
    run: async ({ client, upstream, expect }) => {
      const body = requestOf('Weather?', { tools: [weather] });
      body['messages'] = [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Go on.' },
            { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'sunny' }] },
          ],
        },
      ];
      await (await client.messages(body)).json();
      const sent = sentMessages(upstream.chatCalls[0]);
      expect(sent.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user']);
      expect(sent[2]?.content).toBe('sunny');
      expect(sent[3]?.content).toBe('Go on.');
    },
  },
  {
    id: 'messages.tool-results-order',
    title: 'MUST put tool results in the order of their calls, for templates that show no ids',
    run: async ({ client, upstream, expect }) => {
      const body = requestOf('Weather?', { tools: [weather] });
      const [one, two] = ['toolu_1', 'toolu_2'];
      body['messages'] = [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: [one, two].map((id) => ({ type: 'tool_use', id, name: 'get_weather', input: {} })),
        },
        // As they were done.
        {
          role: 'user',
          content: [two, one].map((id) => ({ type: 'tool_result', tool_use_id: id, content: id })),
        },
      ];
      await (await client.messages(body)).json();
      expect(sentMessages(upstream.chatCalls[0]).slice(2)).toEqual([
        { role: 'tool', tool_call_id: one, content: one },
        { role: 'tool', tool_call_id: two, content: two },
      ]);
    },
  },
  {
    id: 'messages.system-inside',
    title: 'MUST NOT send a system turn behind the first place, nor as words of the assistant',
    run: async ({ client, upstream, expect }) => {
      const body = requestOf('', { system: 'Be brief.' });
      body['messages'] = [
        { role: 'user', content: 'Hello' },
        { role: 'system', content: 'The date is today.' },
        { role: 'assistant', content: 'Hi' },
        { role: 'user', content: 'Bye' },
        { role: 'system', content: [{ type: 'text', text: 'Remember the tasks.' }] },
      ];
      await (await client.messages(body)).json();
      const sent = sentMessages(upstream.chatCalls[0]);
      expect(sent.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
      expect(sent[1]?.content).toContain('The date is today.');
      expect(sent[3]?.content).toContain('Remember the tasks.');
    },
  },
  {
    id: 'messages.tool-choice',
    title: 'MUST send tool choices that llama-server understands',
    run: async ({ client, upstream, expect }) => {
      const tools = [weather, { ...weather, name: 'calculator' }];
      const choices = [
        [{ type: 'any' }, 'required', 2],
        [{ type: 'tool', name: 'calculator' }, 'required', 1],
        [{ type: 'none' }, 'none', 2],
      ] as const;
      for (const [toolChoice, sent, count] of choices) {
        await (await client.messages(requestOf('2+2?', { tools, tool_choice: toolChoice }))).json();
        const body = upstream.chatCalls.at(-1)?.body;
        expect(body?.['tool_choice'], toolChoice.type).toBe(sent);
        expect(body?.['tools'], toolChoice.type).toHaveLength(count);
      }
    },
  },
  {
    id: 'messages.thinking-disabled',
    title: 'MUST switch thinking off with a boolean when the client disables it',
    run: async ({ client, upstream, expect }) => {
      await (await client.messages(requestOf('Hello', { thinking: { type: 'disabled' } }))).json();
      expect(upstream.chatCalls[0]?.body?.['chat_template_kwargs']).toMatchObject({ enable_thinking: false });
    },
  },
  {
    id: 'messages.image',
    title: 'MUST hand images to a model that sees, and not fail on them in front of one that does not',
    run: async ({ client, createServer, upstream, expect }) => {
      const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' };
      const body = requestOf('');
      body['messages'] = [
        {
          role: 'user',
          content: [
            { type: 'image', source },
            { type: 'text', text: 'What is it?' },
          ],
        },
      ];
      const seeing = await createServer({}, { vision: true });
      const seen = await seeing.client.messages(body);
      expect(seen.status, await seen.text()).toBe(200);
      expect(sentMessages(seeing.upstream.chatCalls[0])[0]?.content).toEqual([
        { type: 'image_url', image_url: { url: `data:image/png;base64,${source.data}` } },
        { type: 'text', text: 'What is it?' },
      ]);
      const blind = await client.messages(body);
      await blind.text();
      expect([200, 400]).toContain(blind.status);
      expect(upstream.chatCalls[0]?.bodyText ?? '').not.toContain('image_url');
    },
  },
  {
    id: 'messages.truncated-tool-call',
    title: 'MUST say max_tokens when the limit cut a tool call',
    run: async ({ client, upstream, expect }) => {
      upstream.answer(
        streamAnswer(
          progressChunk(10, 0, 10),
          toolCallChunk({ index: 0, id: 'a', name: 'get_weather', arguments: '{"city":"Pa' }),
          finishChunk('length'),
          usageChunk(10, 5),
        ),
      );
      const answer = (await (
        await client.messages(requestOf('Weather?', { tools: [weather] }))
      ).json()) as Message;
      expect(answer.stop_reason).toBe('max_tokens');
    },
  },
  {
    id: 'messages.empty-answer',
    title: 'MUST answer with a whole message when the model says nothing',
    run: async ({ client, upstream, expect }) => {
      upstream.answer(
        streamAnswer(
          progressChunk(10, 0, 10),
          deltaChunk({ role: 'assistant', content: null }),
          finishChunk('stop'),
          usageChunk(10, 1),
        ),
      );
      const answer = (await (await client.messages(requestOf('Hello'))).json()) as Message;
      expect(answer).toMatchObject({ type: 'message', stop_reason: 'end_turn', usage: { input_tokens: 10 } });
    },
  },
];
