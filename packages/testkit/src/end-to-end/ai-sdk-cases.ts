import { createAnthropic } from '@ai-sdk/anthropic';
import { generateText, isStepCount, Output, streamText, tool } from 'ai';
import { expect } from 'vitest';
import { z } from 'zod';
import type { EndToEndCase } from './sdk-cases.ts';

/** Greedy, so that the demo model always says the same. */
const ask = (url: string, prompt: string, model = 'demo-model') => ({
  model: createAnthropic({ baseURL: `${url}/v1`, apiKey: 'unused' })(model),
  prompt,
  maxOutputTokens: 200,
  maxRetries: 0,
  temperature: 0,
  providerOptions: { anthropic: { thinking: { type: 'disabled' as const } } },
});

const getWeather = tool({
  description: 'Get the weather for a city',
  inputSchema: z.object({ city: z.string() }),
  execute: () => 'sunny, 21 C',
});

/** The AI SDK with its Anthropic provider. */
export const aiSdkCases: readonly EndToEndCase[] = [
  {
    title: 'AI SDK generateText',
    async run(url) {
      const { text, usage, finishReason } = await generateText(ask(url, 'Count from 4 to 9'));
      expect(text).toBe('4, 5, 6, 7, 8, 9');
      expect(finishReason).toBe('stop');
      expect(usage.inputTokens).toBeGreaterThan(5);
      expect(usage.outputTokens).toBeGreaterThan(5);
    },
  },
  {
    title: 'AI SDK streamText',
    async run(url) {
      const pieces: string[] = [];
      for await (const piece of streamText(ask(url, 'Count from 4 to 9')).textStream) pieces.push(piece);
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join('')).toBe('4, 5, 6, 7, 8, 9');
    },
  },
  {
    title: 'AI SDK tools, to the answer from their result',
    async run(url) {
      const { steps, text } = await generateText({
        ...ask(url, 'What is the weather in Paris?'),
        tools: { get_weather: getWeather },
        stopWhen: isStepCount(3),
      });
      expect(steps[0]?.toolCalls).toMatchObject([{ toolName: 'get_weather', input: { city: 'Paris' } }]);
      expect(text).toContain('sunny, 21 C');
    },
  },
  {
    title: 'AI SDK Output.object',
    async run(url) {
      const { output } = await generateText({
        // A schema is asked for from models that the AI SDK knows to take one; to them it sends no temperature, so the words vary.
        ...ask(url, 'Extract name and age as JSON: Ada is 36 years old.', 'claude-sonnet-4-5'),
        output: Output.object({ schema: z.object({ name: z.string(), age: z.number() }) }),
      });
      expect(output).toEqual({ name: expect.any(String), age: expect.any(Number) });
    },
  },
];
