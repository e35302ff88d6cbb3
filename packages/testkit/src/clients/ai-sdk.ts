import { createAnthropic } from '@ai-sdk/anthropic';
import { type ModelMessage, generateText, isStepCount, Output, streamText, tool } from 'ai';
import { z } from 'zod';
import { askedModel } from '../conformance-case.ts';
import type { Task, TriedClient } from './tried-client.ts';
import { versionOf } from './version-of.ts';

const say = tool({
  description: 'Says a word.',
  inputSchema: z.object({ word: z.string() }),
  execute: ({ word }) => word,
});

/** The AI SDK with its Anthropic provider, and its own loop around the tools. */
export const aiSdk: TriedClient = {
  name: 'AI SDK (`ai`)',
  version: versionOf('ai'),
  canChooseStream: true,
  callOf: (word) => ({ name: 'say', arguments: JSON.stringify({ word }) }),
  async run(task) {
    const request = toRequest(task);
    if (task.stream === false) {
      const { text, reasoningText } = await generateText(request);
      return { text, thinking: reasoningText ?? '' };
    }
    let failure: unknown;
    const result = streamText({
      ...request,
      onError: ({ error }) => {
        failure = error;
      },
      onAbort: () => {
        failure = new Error('aborted');
      },
    });
    for await (const piece of result.textStream) task.onText?.(piece);
    if (failure !== undefined) throw failure;
    return { text: await result.text, thinking: (await result.reasoningText) ?? '' };
  },
  async parse(task) {
    const { output } = await generateText({
      ...toRequest(task),
      output: Output.object({ schema: z.object({ answer: z.number() }) }),
    });
    return output;
  },
};

function toRequest(task: Task) {
  const messages: ModelMessage[] = [
    {
      role: 'user',
      content: [
        ...(task.image ? [{ type: 'file' as const, data: task.image, mediaType: 'image/png' }] : []),
        { type: 'text', text: task.prompt },
      ],
    },
  ];
  return {
    model: createAnthropic({ baseURL: `${task.url}/v1`, apiKey: task.apiKey ?? 'unused' })(askedModel),
    instructions: 'Be brief.',
    messages,
    maxOutputTokens: 2_048,
    stopWhen: isStepCount(20),
    ...(task.withTool && { tools: { say } }),
    ...(task.withThinking && {
      providerOptions: { anthropic: { thinking: { type: 'enabled' as const, budgetTokens: 1_024 } } },
    }),
    ...(task.signal && { abortSignal: task.signal }),
    ...(task.maxRetries !== undefined && { maxRetries: task.maxRetries }),
    ...(task.timeoutMs !== undefined && { timeout: task.timeoutMs }),
  };
}
