import type { MessagesOptions } from '@llama-messages/core';
import { expect } from 'vitest';
import { errorAnswer, resetStreamAnswer, streamAnswer } from '../answer.ts';
import { finishChunk, progressChunk, textChunk, toolCallChunk } from '../chat-chunks.ts';
import type { CaseContext } from '../conformance-case.ts';
import { createGate, within } from '../gate.ts';
import { callAnswer, compactionMark, nextCall, wholeAnswer } from './answers.ts';
import { type Behaviour, type Cell, works } from './behaviour.ts';
import type { Task, TriedClient } from './tried-client.ts';

const prompt = 'Say something.';
const window = { contextWindow: 65_536 };

/** Does a task that may fail: returns the text, or the error that the user gets. */
async function outcomeOf(client: TriedClient, task: Task): Promise<{ text?: string; error?: string }> {
  try {
    return { text: (await client.run(task)).text };
  } catch (error) {
    return { error: error instanceof Error ? error.message : JSON.stringify(error) };
  }
}

/** An answer that fails: the user gets a whole one in the end, or an error; half of one taken for the whole is neither. */
async function afterFailure(client: TriedClient, task: Task): Promise<Cell> {
  const { text, error } = await outcomeOf(client, task);
  if (error !== undefined) return 'reports an error';
  expect(text).toBe('whole answer');
  return 'asks again';
}

const patient: Partial<MessagesOptions> = { pingIntervalMs: 50, graceMs: 50 };
const overflow = () =>
  errorAnswer(
    400,
    'exceed_context_size_error',
    'request (60009 tokens) exceeds the available context size (4096 tokens)',
  );

/** Leaves when `leave` resolves; the model server has to hear of it within a second. */
async function leaves(client: TriedClient, { url, upstream }: CaseContext, leave: 'before' | 'inside') {
  const never = new Promise(() => {});
  const seen = createGate();
  upstream.answer(
    streamAnswer(progressChunk(20, 0, 5), ...(leave === 'inside' ? [textChunk('Once ')] : []), never),
  );
  const abort = new AbortController();
  const running = outcomeOf(client, { url, prompt, signal: abort.signal, maxRetries: 0, onText: seen.open });
  const call = await nextCall(upstream);
  if (leave === 'inside') await seen.opened;
  abort.abort();
  const { text } = await running;
  expect(text).not.toBe('whole answer');
  await within(call.closed, 1_000, 'the model server is stopped');
  return works;
}

/** Waiting, and what goes wrong. */
export const troubles: readonly Behaviour[] = [
  {
    id: 'wait.silence',
    title: 'waits through a long silence, filled with `ping` events',
    async run(client, { createServer }) {
      const { url, upstream } = await createServer(patient, window);
      const gate = createGate();
      upstream.answer(
        streamAnswer(progressChunk(20, 0, 5), gate.opened, textChunk('whole answer'), finishChunk('stop')),
      );
      const running = client.run({ url, prompt });
      await nextCall(upstream);
      // Time is what is tested: a handful of pings.
      setTimeout(gate.open, 300);
      expect((await running).text).toBe('whole answer');
      expect(upstream.chatCalls).toHaveLength(1);
      return works;
    },
  },
  {
    id: 'wait.loading',
    title: 'waits while the model is loaded',
    async run(client, { createServer }) {
      const { url, upstream } = await createServer(patient, window);
      upstream.answer(errorAnswer(503, 'unavailable_error', 'Loading model'), wholeAnswer());
      expect((await client.run({ url, prompt, maxRetries: 0 })).text).toBe('whole answer');
      expect(upstream.chatCalls).toHaveLength(2);
      return works;
    },
  },
  {
    id: 'wait.queue',
    title: 'waits for its turn at a server with one slot',
    async run(client, { createServer }) {
      const { url, upstream } = await createServer(patient, { ...window, slots: 1 });
      const gate = createGate();
      let [running, most] = [0, 0];
      upstream.on('POST /v1/chat/completions', (call) => {
        running += 1;
        most = Math.max(most, running);
        void call.answered.then(() => {
          running -= 1;
        });
        return streamAnswer(
          progressChunk(20, 0, 20),
          gate.opened,
          textChunk('whole answer'),
          finishChunk('stop'),
        );
      });
      const both = Promise.all([
        client.run({ url, prompt: 'One', maxRetries: 0 }),
        client.run({ url, prompt: 'Two', maxRetries: 0 }),
      ]);
      await nextCall(upstream);
      gate.open();
      expect((await both).map(({ text }) => text)).toEqual(['whole answer', 'whole answer']);
      expect(most).toBe(1);
      return works;
    },
  },
  {
    id: 'trouble.overloaded',
    title: '529 with `retry-after`',
    async run(client, { createServer }) {
      const { url, upstream } = await createServer({ loadingTimeoutMs: 0 }, window);
      upstream.answer(errorAnswer(503, 'unavailable_error', 'Loading model'), wholeAnswer());
      return afterFailure(client, { url, prompt });
    },
  },
  {
    id: 'trouble.cut-text',
    title: 'an answer that is cut in its text',
    async run(client, { url, upstream }) {
      upstream.answer(resetStreamAnswer(progressChunk(20, 0, 20), textChunk('half an ans')), wholeAnswer());
      return afterFailure(client, { url, prompt });
    },
  },
  {
    id: 'trouble.cut-call',
    title: 'an answer that is cut in a tool call',
    async run(client, { url, upstream }) {
      const { name, arguments: json } = client.callOf('blue');
      upstream.answer(
        resetStreamAnswer(
          progressChunk(20, 0, 20),
          toolCallChunk({ index: 0, id: 'a', name, arguments: json.slice(0, 12) }),
        ),
        wholeAnswer(),
      );
      return afterFailure(client, { url, prompt, withTool: true });
    },
  },
  {
    id: 'trouble.resend',
    title: 'a request that it gives up and sends again gets the answer that is being made',
    async run(client, { createServer }) {
      let asked = 0;
      const { url, upstream } = await createServer(
        {
          graceMs: 60_000,
          pingIntervalMs: 60_000,
          observers: [
            () => {
              asked += 1;
              return undefined;
            },
          ],
        },
        window,
      );
      const gate = createGate();
      upstream.on('POST /v1/chat/completions', () =>
        streamAnswer(progressChunk(20, 0, 5), gate.opened, textChunk('whole answer'), finishChunk('stop')),
      );
      // Nothing of the answer reaches the client before its time is over.
      const running = outcomeOf(client, { url, prompt, stream: false, timeoutMs: 500, maxRetries: 3 });
      await nextCall(upstream);
      setTimeout(gate.open, 1_300);
      const { text, error } = await running;
      if (error !== undefined) return 'gives up';
      expect(text).toBe('whole answer');
      if (asked === 1) return 'does not give up';
      return upstream.chatCalls.length === 1 ? works : 'is generated again';
    },
  },
  {
    id: 'trouble.overflow',
    title: 'a first prompt that is too long',
    async run(client, { url, upstream }) {
      upstream.on('POST /v1/chat/completions', overflow);
      const { error } = await outcomeOf(client, { url, prompt });
      expect(error).toMatch(/prompt is too long/i);
      return 'reports “prompt is too long”';
    },
  },
  {
    id: 'trouble.overflow-later',
    title: 'a conversation that grows too long',
    async run(client, { url, upstream }) {
      const word = 'blue '.repeat(40).trim();
      let turns = 0;
      let compacted = false;
      upstream.on('POST /v1/chat/completions', ({ bodyText }) => {
        turns += 1;
        if (bodyText.includes(compactionMark)) {
          compacted = true;
          return streamAnswer(
            progressChunk(20, 0, 20),
            textChunk('<summary>They want a word.</summary>'),
            finishChunk('stop'),
          );
        }
        if (compacted) return wholeAnswer();
        return turns <= 3 ? callAnswer(client.callOf(word)) : overflow();
      });
      const { text, error } = await outcomeOf(client, { url, prompt, withTool: true });
      if (error !== undefined) {
        expect(error).toMatch(/prompt is too long/i);
        return 'reports “prompt is too long”';
      }
      expect(text).toBe('whole answer');
      expect(compacted).toBe(true);
      return 'compacts and goes on';
    },
  },
  {
    id: 'leave.before',
    title: 'leaves before the answer begins: the slot is free within a second',
    run: (client, context) => leaves(client, context, 'before'),
  },
  {
    id: 'leave.inside',
    title: 'leaves in the middle of an answer: the slot is free within a second',
    run: (client, context) => leaves(client, context, 'inside'),
  },
];
