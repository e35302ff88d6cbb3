import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { expect } from 'vitest';
import { z } from 'zod';

/** One thing that a client does with a real engine behind the adapter. */
export interface EndToEndCase {
  readonly title: string;
  run(url: string): Promise<void>;
}

const sdk = (baseURL: string) => new Anthropic({ baseURL, apiKey: 'unused', maxRetries: 0 });
/** Greedy, so that the demo model always says the same; the SDK no longer has the field, servers do. */
const greedy = { temperature: 0 } as object;
const model = 'claude-sonnet';

const ask = (content: string) => ({
  model,
  max_tokens: 200,
  messages: [{ role: 'user' as const, content }],
  ...greedy,
});

const weatherTool = {
  name: 'get_weather',
  description: 'Get the weather for a city',
  input_schema: {
    type: 'object' as const,
    properties: { city: { type: 'string' } },
    required: ['city'],
  },
};

/** The official SDK. Every prompt is one that the demo model's card vouches for. */
export const sdkCases: readonly EndToEndCase[] = [
  {
    title: 'create',
    async run(url) {
      const message = await sdk(url).messages.create(ask('Count from 4 to 9'));
      expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
      expect(message.content[1]).toMatchObject({ text: '4, 5, 6, 7, 8, 9' });
      expect(message).toMatchObject({ model, stop_reason: 'end_turn', stop_sequence: null });
      expect(message.usage.input_tokens + (message.usage.cache_read_input_tokens ?? 0)).toBeGreaterThan(5);
      expect(message.usage.output_tokens).toBeGreaterThan(5);
    },
  },
  {
    title: 'stream',
    async run(url) {
      const stream = sdk(url).messages.stream({
        ...ask('Count from 4 to 9'),
        thinking: { type: 'disabled' },
      });
      const pieces: string[] = [];
      stream.on('text', (text) => pieces.push(text));
      const message = await stream.finalMessage();
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join('')).toBe('4, 5, 6, 7, 8, 9');
      expect(message.content).toMatchObject([{ type: 'text', text: '4, 5, 6, 7, 8, 9' }]);
    },
  },
  {
    title: 'parse with a zod schema',
    async run(url) {
      const Person = z.object({ name: z.string(), age: z.number() });
      const message = await sdk(url).messages.parse({
        ...ask('Extract name and age as JSON: Ada is 36 years old.'),
        output_config: { format: zodOutputFormat(Person) },
      });
      expect(message.parsed_output).toEqual({ name: 'Ada', age: 36 });
    },
  },
  {
    title: 'a tool call of a request that also has a schema',
    async run(url) {
      const Report = z.object({ weather: z.string() });
      const message = await sdk(url).messages.create({
        ...ask('What is the weather in Paris?'),
        tools: [weatherTool],
        output_config: { format: zodOutputFormat(Report) },
      });
      expect(message.stop_reason).toBe('tool_use');
      expect(message.content.at(-1)).toMatchObject({
        type: 'tool_use',
        name: 'get_weather',
        input: { city: 'Paris' },
      });
    },
  },
  {
    title: 'countTokens, equal to the usage of the same request',
    async run(url) {
      const { max_tokens: _, ...request } = ask('Count from 4 to 9');
      const counted = await sdk(url).messages.countTokens(request);
      const { usage } = await sdk(url).messages.create({ ...request, max_tokens: 1 });
      expect(counted.input_tokens).toBe(usage.input_tokens + (usage.cache_read_input_tokens ?? 0));
    },
  },
  {
    title: 'models.list and models.retrieve',
    async run(url) {
      const models = [];
      for await (const entry of sdk(url).models.list()) models.push(entry);
      expect(models).toHaveLength(1);
      expect(models[0]?.id).toContain('demo-model');
      expect(models[0]?.max_input_tokens).toBe(4096);
      expect(await sdk(url).models.retrieve('claude-anything')).toMatchObject({
        id: 'claude-anything',
        type: 'model',
      });
    },
  },
  {
    title: 'a tool call and the answer from its result',
    async run(url) {
      const question = ask('What is the weather in Paris?');
      const call = await sdk(url).messages.create({ ...question, tools: [weatherTool] });
      expect(call.stop_reason).toBe('tool_use');
      const use = call.content.find((block) => block.type === 'tool_use');
      expect(use).toMatchObject({ name: 'get_weather', input: { city: 'Paris' } });
      const answer = await sdk(url).messages.create({
        ...question,
        tools: [weatherTool],
        messages: [
          ...question.messages,
          { role: 'assistant', content: call.content },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: use?.id ?? '', content: 'sunny, 21 C' }],
          },
        ],
      });
      const text = answer.content.find((block) => block.type === 'text');
      expect(text?.text).toContain('sunny, 21 C');
    },
  },
  {
    title: 'two tool calls at once, streamed',
    async run(url) {
      const message = await sdk(url)
        .messages.stream({
          ...ask('What is the weather in Paris and Rome?'),
          tools: [weatherTool],
          thinking: { type: 'disabled' },
        })
        .finalMessage();
      expect(message.content).toMatchObject([
        { type: 'tool_use', input: { city: 'Paris' } },
        { type: 'tool_use', input: { city: 'Rome' } },
      ]);
    },
  },
  {
    title: 'toolRunner, to its end',
    async run(url) {
      const asked: string[] = [];
      const runner = sdk(url).beta.messages.toolRunner({
        ...ask('What is the weather in Paris?'),
        tools: [
          betaZodTool({
            name: 'get_weather',
            description: 'Get the weather for a city',
            inputSchema: z.object({ city: z.string() }),
            run: ({ city }) => {
              asked.push(city);
              return 'sunny, 21 C';
            },
          }),
        ],
      });
      const last = await runner;
      expect(asked).toEqual(['Paris']);
      expect(JSON.stringify(last.content)).toContain('sunny, 21 C');
    },
  },
  {
    title: 'a stop sequence, by name',
    async run(url) {
      const message = await sdk(url).messages.create({
        ...ask('Count from 4 to 9'),
        thinking: { type: 'disabled' },
        stop_sequences: ['7', 'nothing'],
      });
      expect(message).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: '7' });
      expect(message.content).toMatchObject([{ type: 'text', text: '4, 5, 6, ' }]);
    },
  },
  {
    title: 'an answer that the client has begun',
    async run(url) {
      const question = ask('Count from 1 to 9');
      const message = await sdk(url).messages.create({
        ...question,
        messages: [...question.messages, { role: 'assistant', content: '1, 2, 3,' }],
      });
      expect(message.content).toMatchObject([{ type: 'text', text: ' 4, 5, 6, 7, 8, 9' }]);
    },
  },
  {
    title: 'max_tokens',
    async run(url) {
      const message = await sdk(url).messages.create({ ...ask('Count from 4 to 9'), max_tokens: 3 });
      expect(message.stop_reason).toBe('max_tokens');
      expect(message.usage.output_tokens).toBe(3);
    },
  },
  {
    title: 'a prompt that is too long, in the words that make clients compact',
    async run(url) {
      await expect(sdk(url).messages.create(ask('word '.repeat(9_000)))).rejects.toThrow(
        /prompt is too long: \d+ tokens > 4096 maximum/,
      );
    },
  },
  {
    title: 'a client that leaves, and the next request is answered',
    async run(url) {
      const stream = sdk(url).messages.stream({ ...ask('Count from 1 to 200'), max_tokens: 2_000 });
      await new Promise<void>((resolve) => {
        stream.once('streamEvent', () => resolve());
      });
      stream.abort();
      await expect(stream.finalMessage()).rejects.toThrow();
      const message = await sdk(url).messages.create({
        ...ask('Count from 4 to 9'),
        thinking: { type: 'disabled' },
      });
      expect(message.content).toMatchObject([{ text: '4, 5, 6, 7, 8, 9' }]);
    },
  },
];
