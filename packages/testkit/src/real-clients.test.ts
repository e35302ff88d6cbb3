import { createServer } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { ChatAnthropic } from '@langchain/anthropic';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fixtureAnswer, streamAnswer } from './answer.ts';
import type { AdapterServer } from './case-runner.ts';
import { finishChunk, progressChunk, textAnswerChunks, toolCallChunk, usageChunk } from './chat-chunks.ts';
import { sentMessages } from './conformance-case.ts';
import { listen } from './listen.ts';
import { type ScriptedLlamaServer, createScriptedLlamaServer } from './scripted-llama-server.ts';

let upstream: ScriptedLlamaServer;
let server: AdapterServer;

beforeAll(async () => {
  upstream = await createScriptedLlamaServer();
  const handler = createMessagesHandler({ upstream: upstream.url });
  server = await listen(createServer(toNodeListener(handler)), () => handler.close());
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await upstream.close();
  await server.close();
});

describe('the SDK', () => {
  const answer = z.object({ answer: z.number() });
  const request = {
    model: 'claude-test',
    max_tokens: 80,
    messages: [{ role: 'user' as const, content: 'What is 3 + 4?' }],
    output_config: { format: zodOutputFormat(answer) },
  };

  test('parses structured output', async () => {
    upstream.answer(streamAnswer(...textAnswerChunks('{"answer"', ': 7}')));
    const sdk = new Anthropic({ baseURL: server.url, apiKey: 'unused', maxRetries: 0 });
    const message = await sdk.messages.parse(request);
    expect(message.parsed_output).toEqual({ answer: 7 });
    expect(upstream.chatCalls[0]?.body?.['response_format']).toMatchObject({ type: 'json_schema' });
  });

  test('parses structured output beside tools, which llama-server refuses together with a schema', async () => {
    upstream.on('POST /v1/chat/completions', ({ body }) => {
      expect(body?.['response_format']).toBeUndefined();
      const tools = body?.['tools'] as { function: { name: string } }[];
      const name = tools.at(-1)?.function.name ?? '';
      expect(name).not.toBe('look');
      return streamAnswer(
        progressChunk(10, 0, 10),
        toolCallChunk({ index: 0, id: 'a', name, arguments: '{"answer"' }),
        toolCallChunk({ index: 0, arguments: ': 7}' }),
        finishChunk('tool_calls'),
        usageChunk(10, 5),
      );
    });
    const sdk = new Anthropic({ baseURL: server.url, apiKey: 'unused', maxRetries: 0 });
    const tools = [{ name: 'look', input_schema: { type: 'object' as const } }];
    const message = await sdk.messages.parse({ ...request, tools });
    expect(message.parsed_output).toEqual({ answer: 7 });
    expect(message.stop_reason).toBe('end_turn');
  });
});

describe('LangChain', () => {
  const chat = () =>
    new ChatAnthropic({
      model: 'claude-test',
      apiKey: 'unused',
      anthropicApiUrl: server.url,
      maxTokens: 64,
      maxRetries: 0,
    });

  test('invokes', async () => {
    const message = await chat().invoke('Count from 1 to 5');
    expect(message.text).toBe('1, 2, 3, 4, 5');
    expect(message.usage_metadata).toMatchObject({ input_tokens: 20, output_tokens: 14 });
  });

  test('streams', async () => {
    const pieces: string[] = [];
    for await (const chunk of await chat().stream('Count from 1 to 5')) pieces.push(chunk.text);
    expect(pieces.join('')).toBe('1, 2, 3, 4, 5');
    // Tokens that come in one read are one delta.
    expect(pieces.filter(Boolean).length).toBeGreaterThan(1);
  });

  test('calls tools in parallel and sends the results back', async () => {
    upstream.answer(fixtureAnswer('tool-calls-parallel'), fixtureAnswer('tool-result'));
    const withTools = chat().bindTools([
      {
        name: 'get_weather',
        description: 'get weather',
        input_schema: { type: 'object', properties: { city: { type: 'string' } } },
      },
    ]);
    const question = { role: 'user', content: 'What is the weather in Paris and Rome?' };
    const message = await withTools.invoke([question]);
    expect(message.tool_calls?.map(({ args }) => args)).toEqual([{ city: 'Paris' }, { city: 'Rome' }]);
    const results = (message.tool_calls ?? []).map(({ id }) => ({
      role: 'tool',
      content: 'sunny, 21 C',
      tool_call_id: id ?? '',
    }));
    const answer = await withTools.invoke([question, message, ...results]);
    expect(answer.text).toBe('The weather in Paris is sunny, 21 C.');
    expect(sentMessages(upstream.chatCalls.at(-1)).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'tool',
    ]);
  });
});
