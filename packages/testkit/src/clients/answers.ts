import { expect } from 'vitest';
import { type Answer, streamAnswer } from '../answer.ts';
import {
  finishChunk,
  progressChunk,
  reasoningChunk,
  textChunk,
  toolCallChunk,
  usageChunk,
} from '../chat-chunks.ts';
import { sentMessages } from '../conformance-case.ts';
import { createGate, within } from '../gate.ts';
import type { ScriptedCall } from '../scripted-llama-server.ts';
import { type Behaviour, works } from './behaviour.ts';
import type { TriedClient } from './tried-client.ts';

/** Returns the answer that ends a task: `whole answer`. */
export function wholeAnswer(): Answer {
  return streamAnswer(
    progressChunk(20, 0, 20),
    textChunk('whole '),
    textChunk('answer'),
    finishChunk('stop'),
    usageChunk(20, 2),
  );
}

type Call = ReturnType<TriedClient['callOf']>;

/** What Claude Code's request for a summary of the conversation says. */
export const compactionMark = 'CRITICAL: Respond with TEXT ONLY';

/** Ids of calls are unique in a conversation. */
let callCount = 0;

/** Returns an answer that thinks and calls tools. */
export function callAnswer(...calls: readonly Call[]): Answer {
  return callAnswerOf(20, ...calls);
}

/** The same for a prompt of so many tokens. */
export function callAnswerOf(promptTokens: number, ...calls: readonly Call[]): Answer {
  return streamAnswer(
    progressChunk(promptTokens, 0, promptTokens),
    reasoningChunk(thought),
    ...calls.map((call, index) => toolCallChunk({ index, id: `call${(callCount += 1)}`, ...call })),
    finishChunk('tool_calls'),
    usageChunk(promptTokens, 20),
  );
}

const thought = 'I should say it.';
const prompt = 'Say something.';
/** One red pixel. */
const image = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';

const messagesOf = (call: ScriptedCall | undefined) =>
  sentMessages(call) as (ReturnType<typeof sentMessages>[number] & Record<string, unknown>)[];

/** As no client writes it. */
const asGenerated = (call: Call): Call => ({
  ...call,
  arguments: call.arguments.replaceAll('":"', '":  "').replace('{', '{ '),
});

/** What answers consist of. */
export const answers: readonly Behaviour[] = [
  {
    id: 'answer.streamed',
    title: 'shows a streamed answer as it is generated',
    async run(client, { url, upstream }) {
      const seen = createGate();
      upstream.answer(
        streamAnswer(
          progressChunk(20, 0, 20),
          textChunk('whole '),
          // Held until the client has shown the beginning.
          seen.opened,
          textChunk('answer'),
          finishChunk('stop'),
          usageChunk(20, 2),
        ),
      );
      expect((await client.run({ url, prompt, onText: seen.open })).text).toBe('whole answer');
      return works;
    },
  },
  {
    id: 'answer.unstreamed',
    title: 'takes an answer in one piece',
    unless: ({ canChooseStream }) => (canChooseStream ? undefined : 'always streams'),
    async run(client, { url, upstream }) {
      upstream.answer(wholeAnswer());
      expect((await client.run({ url, prompt, stream: false })).text).toBe('whole answer');
      return works;
    },
  },
  {
    id: 'answer.thinking',
    title: 'shows thinking that it asked for',
    async run(client, { url, upstream }) {
      upstream.answer(
        streamAnswer(
          progressChunk(20, 0, 20),
          reasoningChunk(thought),
          textChunk('whole answer'),
          finishChunk('stop'),
          usageChunk(20, 9),
        ),
      );
      const { text, thinking } = await client.run({ url, prompt, withThinking: true });
      expect(text).toBe('whole answer');
      if (thinking === '') return 'asks for it hidden';
      expect(thinking).toBe(thought);
      return works;
    },
  },
  {
    id: 'answer.tool',
    title: 'runs a tool and goes on from its result',
    async run(client, { url, upstream }) {
      upstream.answer(callAnswer(client.callOf('blue')), wholeAnswer());
      expect((await client.run({ url, prompt, withTool: true })).text).toBe('whole answer');
      expect(messagesOf(upstream.chatCalls[1]).findLast(({ role }) => role === 'tool')).toMatchObject({
        content: 'blue',
      });
      return works;
    },
  },
  {
    id: 'answer.tools',
    title: 'runs two calls of one answer, results in their order',
    async run(client, { url, upstream }) {
      upstream.answer(callAnswer(client.callOf('blue'), client.callOf('red')), wholeAnswer());
      expect((await client.run({ url, prompt, withTool: true })).text).toBe('whole answer');
      const results = messagesOf(upstream.chatCalls[1]).filter(({ role }) => role === 'tool');
      expect(results.map(({ content }) => content)).toEqual(['blue', 'red']);
      return works;
    },
  },
  {
    id: 'answer.image',
    title: 'gets an image to a model that sees',
    async run(client, { createServer }) {
      const { url, upstream } = await createServer({}, { vision: true, contextWindow: 65_536 });
      if (client.imageCall) upstream.answer(callAnswer(client.imageCall));
      upstream.answer(wholeAnswer());
      expect((await client.run({ url, prompt, image })).text).toBe('whole answer');
      expect(upstream.chatCalls.at(-1)?.bodyText).toContain('data:image/png;base64,');
      return works;
    },
  },
  {
    id: 'answer.structured',
    title: 'gets structured output',
    needs: 'parse',
    async run(client, { url, upstream }) {
      const json = '{"answer": 7}';
      let asTool = false;
      upstream.on('POST /v1/chat/completions', ({ body }) => {
        if (body?.['response_format'])
          return streamAnswer(
            progressChunk(20, 0, 20),
            textChunk(json),
            finishChunk('stop'),
            usageChunk(20, 5),
          );
        if (asTool) return wholeAnswer();
        asTool = true;
        const tools = (body?.['tools'] ?? []) as { function: { name: string; parameters: object } }[];
        const output = tools.find(({ function: { parameters } }) =>
          JSON.stringify(parameters).includes('"answer"'),
        );
        return callAnswer({ name: output?.function.name ?? 'missing', arguments: json });
      });
      expect(await client.parse?.({ url, prompt })).toEqual({ answer: 7 });
      return asTool ? 'through a tool' : 'through a schema';
    },
  },
  {
    id: 'prompt.count',
    title: 'counts tokens',
    needs: 'countTokens',
    async run(client, { createServer }) {
      const { url } = await createServer({}, { inputTokens: 302 });
      expect(await client.countTokens?.({ url, prompt })).toBe(302);
      return works;
    },
  },
  {
    id: 'models.list',
    title: 'lists models',
    needs: 'listModels',
    async run(client, { createServer }) {
      const names = { 'claude-local': 'one', 'anthropic-local': 'two' };
      const { url } = await createServer({ models: names }, { models: ['one', 'two'] });
      const ids = await client.listModels?.({ url, prompt });
      expect(ids?.slice(-2)).toEqual(Object.keys(names));
      if (ids?.length === 2) return 'those named `claude-…` or `anthropic-…`';
      expect(ids?.slice(0, 2)).toEqual(['one', 'two']);
      return works;
    },
  },
  {
    id: 'threads.tool-loop',
    title: 'lets the server hold the conversation of its tool loop',
    needs: 'runTools',
    async run(client, { createServer }) {
      const threads: unknown[] = [];
      const { url, upstream } = await createServer({
        observers: [
          ({ request }) => {
            threads.push((request.thread as { type: string } | undefined)?.type);
            return undefined;
          },
        ],
      });
      upstream.answer(callAnswer(client.callOf('blue')), wholeAnswer());
      expect((await client.runTools?.({ url, prompt }))?.text).toBe('whole answer');
      expect(messagesOf(upstream.chatCalls[1]).map(({ role }) => role)).toEqual([
        'system',
        'user',
        'assistant',
        'tool',
      ]);
      if (threads.every((type) => type === undefined)) return 'sends it whole';
      expect(threads).toEqual(['create', 'continue']);
      return works;
    },
  },
];

/** What a model server's prompt cache lives on. */
export const cache: readonly Behaviour[] = [
  {
    id: 'cache.turns',
    title:
      'three turns with tools: each prompt begins with the one before, thoughts and arguments as generated',
    async run(client, { url, upstream }) {
      const calls = ['blue', 'red', 'green'].map((word) => asGenerated(client.callOf(word)));
      upstream.answer(...calls.map((call) => callAnswer(call)), wholeAnswer());
      await client.run({ url, prompt, withTool: true, withThinking: true });
      const prompts = upstream.chatCalls.map(messagesOf);
      expect(prompts).toHaveLength(4);
      prompts.forEach((messages, turn) => {
        const before = prompts[turn - 1] ?? [];
        expect(messages.slice(0, before.length)).toEqual(before);
        const call = calls[turn - 1];
        if (call)
          expect(messages[before.length]).toMatchObject({
            role: 'assistant',
            reasoning_content: thought,
            tool_calls: [{ function: call }],
          });
        expect(upstream.chatCalls[turn]?.body?.['tools']).toEqual(upstream.chatCalls[0]?.body?.['tools']);
      });
      return works;
    },
  },
  {
    id: 'cache.conversations',
    title: 'a second conversation shares everything before its first words',
    async run(client, { url, upstream }) {
      upstream.answer(wholeAnswer(), wholeAnswer());
      for (const words of ['First question', 'Second question'])
        await client.run({ url, prompt: words, withTool: true });
      const [first, second] = upstream.chatCalls.map(({ body }) => body);
      expect(second?.['tools']).toEqual(first?.['tools']);
      const [left, right] = [first, second].map((body) => JSON.stringify(body?.['messages']));
      const beginning = right?.slice(0, right.indexOf('Second question'));
      expect(beginning).not.toBe('');
      expect(left?.startsWith(beginning ?? '?')).toBe(true);
      return works;
    },
  },
];

/** Resolves with the next request for a message. */
export function nextCall(upstream: { nextCall(): Promise<ScriptedCall> }): Promise<ScriptedCall> {
  return within(upstream.nextCall(), 20_000, 'the request reaches the model server');
}
