import { expect } from 'vitest';
import { streamAnswer } from '../answer.ts';
import { finishChunk, progressChunk, textChunk } from '../chat-chunks.ts';
import type { CaseContext } from '../conformance-case.ts';
import { callAnswerOf, compactionMark, wholeAnswer } from './answers.ts';
import type { Behaviour } from './behaviour.ts';
import type { TriedClaudeCode } from './claude-code.ts';

const prompt = 'Say something.';
const limits = { CLAUDE_CODE_MAX_CONTEXT_TOKENS: '32768', CLAUDE_CODE_MAX_OUTPUT_TOKENS: '4096' };

/** Returns the context window that Claude Code counts on. */
async function windowOf(
  client: TriedClaudeCode,
  { url, upstream }: CaseContext,
  model: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  upstream.answer(wholeAnswer());
  const { text, modelUsage } = await client.runWith({ url, prompt }, ['--model', model], environment);
  expect(text).toBe('whole answer');
  return String(modelUsage?.[model]?.contextWindow);
}

const models = ['my-local', 'anthropic-local', 'claude-local', 'claude-sonnet-4-5'];

/** What users of Claude Code set for a local model, and whether it is heeded. */
export const claudeCodeSettings: readonly Behaviour<TriedClaudeCode>[] = [
  ...models.flatMap((model): Behaviour<TriedClaudeCode>[] => [
    {
      id: `settings.window.${model}`,
      title: `context window of \`${model}\` by itself`,
      run: (client, context) => windowOf(client, context, model, {}),
    },
    {
      id: `settings.window-set.${model}`,
      title: `… with \`CLAUDE_CODE_MAX_CONTEXT_TOKENS=32768\``,
      run: (client, context) => windowOf(client, context, model, limits),
    },
  ]),
  {
    id: 'settings.compacts',
    title: 'compacts by itself, among its tool calls, when such a window is nearly full',
    async run(client, { createServer }) {
      const { url, upstream } = await createServer({}, { contextWindow: 65_536 });
      let isCompacted = false;
      upstream.on('POST /v1/chat/completions', ({ bodyText }) => {
        if (bodyText.includes(compactionMark)) {
          isCompacted = true;
          return streamAnswer(
            progressChunk(31_000, 0, 31_000),
            textChunk('<summary>They want a word.</summary>'),
            finishChunk('stop'),
          );
        }
        if (isCompacted || upstream.chatCalls.length > 3) return wholeAnswer();
        return callAnswerOf(31_000, client.callOf('blue'));
      });
      const { text } = await client.runWith({ url, prompt, withTool: true }, [], limits);
      expect(text).toBe('whole answer');
      return isCompacted ? 'yes' : 'no';
    },
  },
  {
    id: 'settings.max-tokens',
    title: '`max_tokens` with `CLAUDE_CODE_MAX_OUTPUT_TOKENS=4096`',
    async run(client, { url, upstream }) {
      upstream.answer(wholeAnswer());
      await client.runWith({ url, prompt }, [], limits);
      return String(upstream.chatCalls[0]?.body?.['max_tokens']);
    },
  },
  {
    id: 'settings.thinking',
    title: '`MAX_THINKING_TOKENS=0` turns thinking off',
    async run(client, { url, upstream }) {
      upstream.answer(wholeAnswer());
      await client.runWith({ url, prompt }, [], { MAX_THINKING_TOKENS: '0' });
      const template = upstream.chatCalls[0]?.body?.['chat_template_kwargs'] as
        | { enable_thinking?: boolean }
        | undefined;
      return template?.enable_thinking === false ? 'yes' : 'no: the model decides';
    },
  },
];
