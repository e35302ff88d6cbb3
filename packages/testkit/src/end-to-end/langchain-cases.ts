import { ChatAnthropic } from '@langchain/anthropic';
import { tool } from '@langchain/core/tools';
import { expect } from 'vitest';
import { z } from 'zod';
import type { EndToEndCase } from './sdk-cases.ts';

const chat = (url: string) =>
  new ChatAnthropic({
    model: 'claude-sonnet',
    apiKey: 'unused',
    anthropicApiUrl: url,
    maxRetries: 0,
    maxTokens: 200,
    temperature: 0,
    thinking: { type: 'disabled' },
  });

const getWeather = tool(({ city }: { city: string }) => `sunny in ${city}`, {
  name: 'get_weather',
  description: 'Get the weather for a city',
  schema: z.object({ city: z.string() }),
});

/** LangChain's chat model. */
export const langchainCases: readonly EndToEndCase[] = [
  {
    title: 'LangChain invoke',
    async run(url) {
      expect((await chat(url).invoke('Count from 4 to 9')).text).toBe('4, 5, 6, 7, 8, 9');
    },
  },
  {
    title: 'LangChain stream',
    async run(url) {
      const pieces: string[] = [];
      for await (const piece of await chat(url).stream('Count from 4 to 9')) pieces.push(piece.text);
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join('')).toBe('4, 5, 6, 7, 8, 9');
    },
  },
  {
    title: 'LangChain bindTools',
    async run(url) {
      const answer = await chat(url).bindTools([getWeather]).invoke('What is the weather in Paris?');
      expect(answer.tool_calls).toMatchObject([{ name: 'get_weather', args: { city: 'Paris' } }]);
    },
  },
];
