import Anthropic from '@anthropic-ai/sdk';
import Anthropic039 from 'anthropic-sdk-0.39';
import Anthropic094 from 'anthropic-sdk-0.94';
import { askedModel } from '../conformance-case.ts';
import type { Finished, Task, TriedClient } from './tried-client.ts';
import { versionOf } from './version-of.ts';

const sayTool = {
  name: 'say',
  description: 'Says a word.',
  input_schema: { type: 'object' as const, properties: { word: { type: 'string' } }, required: ['word'] },
};

const answerSchema = {
  type: 'object',
  properties: { answer: { type: 'number' } },
  required: ['answer'],
  additionalProperties: false,
};

/** The official SDK: today's, the one inside of Claude Code 2.1.197, and one of the year before. */
export const anthropicSdks: readonly TriedClient[] = [
  triedSdk(Anthropic, versionOf('@anthropic-ai/sdk')),
  // Their types differ from today's; what is called here they have, or it is looked for before.
  triedSdk(Anthropic094 as unknown as typeof Anthropic, versionOf('anthropic-sdk-0.94')),
  triedSdk(Anthropic039 as unknown as typeof Anthropic, versionOf('anthropic-sdk-0.39')),
];

function triedSdk(Sdk: typeof Anthropic, version: string): TriedClient {
  const connect = (task: Task) =>
    new Sdk({
      baseURL: task.url,
      apiKey: task.apiKey ?? 'unused',
      ...(task.maxRetries !== undefined && { maxRetries: task.maxRetries }),
      ...(task.timeoutMs !== undefined && { timeout: task.timeoutMs }),
    });
  const probe = connect({ url: 'http://127.0.0.1', prompt: '' });

  async function ask(
    task: Task,
    request: Anthropic.MessageCreateParamsNonStreaming,
  ): Promise<Anthropic.Message> {
    const options = task.signal ? { signal: task.signal } : {};
    if (task.stream === false) return connect(task).messages.create(request, options);
    const stream = connect(task).messages.stream(request, options);
    if (task.onText) stream.on('text', task.onText);
    return stream.finalMessage();
  }

  return {
    name: 'Anthropic SDK',
    version,
    canChooseStream: true,
    callOf: (word) => ({ name: 'say', arguments: JSON.stringify({ word }) }),
    async run(task) {
      const request = toRequest(task);
      const messages = [...request.messages];
      for (;;) {
        const message = await ask(task, { ...request, messages });
        if (message.stop_reason !== 'tool_use') return toFinished(message);
        const results = message.content.flatMap((block) =>
          block.type === 'tool_use'
            ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: wordOf(block.input) }]
            : [],
        );
        messages.push({ role: 'assistant', content: message.content }, { role: 'user', content: results });
      }
    },
    async countTokens(task) {
      const { max_tokens: _, ...request } = toRequest(task);
      return (await connect(task).messages.countTokens(request)).input_tokens;
    },
    async listModels(task) {
      const ids: string[] = [];
      for await (const model of connect(task).models.list({ limit: 1 })) ids.push(model.id);
      return ids;
    },
    ...('parse' in probe.messages && {
      parse: async (task: Task) =>
        (
          await connect(task).messages.parse({
            ...toRequest(task),
            output_config: { format: { type: 'json_schema', schema: answerSchema, parse: JSON.parse } },
          })
        ).parsed_output,
    }),
    ...('toolRunner' in probe.beta.messages && {
      runTools: async (task: Task) =>
        toFinished(
          await connect(task).beta.messages.toolRunner({
            ...toRequest(task),
            stream: false,
            tools: [{ ...sayTool, type: 'custom', parse: (input: unknown) => input, run: wordOf }],
          }),
        ),
    }),
  };
}

function toRequest(task: Task): Anthropic.MessageCreateParamsNonStreaming {
  return {
    model: askedModel,
    max_tokens: 2_048,
    system: 'Be brief.',
    ...(task.withTool && { tools: [sayTool] }),
    ...(task.withThinking && { thinking: { type: 'enabled', budget_tokens: 1_024 } }),
    messages: [
      {
        role: 'user',
        content: [
          ...(task.image
            ? [
                {
                  type: 'image' as const,
                  source: { type: 'base64' as const, media_type: 'image/png' as const, data: task.image },
                },
              ]
            : []),
          { type: 'text', text: task.prompt },
        ],
      },
    ],
  };
}

const wordOf = (input: unknown) => (input as { word: string }).word;

function toFinished(message: { content: readonly { type: string }[] }): Finished {
  const blocks = message.content as readonly { type: string; text?: string; thinking?: string }[];
  return {
    text: blocks.map(({ text }) => text ?? '').join(''),
    thinking: blocks.map(({ thinking }) => thinking ?? '').join(''),
  };
}
