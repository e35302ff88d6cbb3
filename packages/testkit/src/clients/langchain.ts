import { ChatAnthropic } from '@langchain/anthropic';
import {
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { concat } from '@langchain/core/utils/stream';
import { z } from 'zod';
import { askedModel } from '../conformance-case.ts';
import type { Finished, Task, TriedClient } from './tried-client.ts';
import { versionOf } from './version-of.ts';

const say = tool(({ word }: { word: string }) => word, {
  name: 'say',
  description: 'Says a word.',
  schema: z.object({ word: z.string() }),
});

const connect = (task: Task) =>
  new ChatAnthropic({
    model: askedModel,
    apiKey: task.apiKey ?? 'unused',
    anthropicApiUrl: task.url,
    maxTokens: 2_048,
    ...(task.withThinking && { thinking: { type: 'enabled', budget_tokens: 1_024 } }),
    ...(task.maxRetries !== undefined && { maxRetries: task.maxRetries }),
    ...(task.timeoutMs !== undefined && { clientOptions: { timeout: task.timeoutMs } }),
  });

/** LangChain's chat model, with a loop of the test's around its tools. */
export const langchain: TriedClient = {
  name: 'LangChain (`@langchain/anthropic`)',
  version: versionOf('@langchain/anthropic'),
  canChooseStream: true,
  callOf: (word) => ({ name: 'say', arguments: JSON.stringify({ word }) }),
  async run(task) {
    const model = task.withTool ? connect(task).bindTools([say]) : connect(task);
    const options = task.signal ? { signal: task.signal } : {};
    const messages: BaseMessage[] = [new SystemMessage('Be brief.'), toQuestion(task)];
    for (;;) {
      let answer: AIMessageChunk | undefined;
      if (task.stream === false) answer = await model.invoke(messages, options);
      else
        for await (const piece of await model.stream(messages, options)) {
          if (piece.text !== '') task.onText?.(piece.text);
          answer = answer ? concat(answer, piece) : piece;
        }
      if (!answer) throw new Error('LangChain returned nothing');
      const calls = answer.tool_calls ?? [];
      if (calls.length === 0) return toFinished(answer);
      messages.push(answer);
      for (const call of calls)
        messages.push(
          new ToolMessage({
            content: String(call.args['word']),
            tool_call_id: call.id ?? '',
            name: call.name,
          }),
        );
    }
  },
  parse: (task) =>
    connect(task)
      .withStructuredOutput(z.object({ answer: z.number() }))
      .invoke([toQuestion(task)]),
};

function toQuestion({ prompt, image }: Task): HumanMessage {
  return new HumanMessage({
    content: [
      ...(image ? [{ type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } }] : []),
      { type: 'text', text: prompt },
    ],
  });
}

function toFinished(answer: AIMessageChunk): Finished {
  const blocks = (Array.isArray(answer.content) ? answer.content : []) as readonly { thinking?: string }[];
  return { text: answer.text, thinking: blocks.map(({ thinking }) => thinking ?? '').join('') };
}
