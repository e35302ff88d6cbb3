import type Anthropic from '@anthropic-ai/sdk';
import type { Check } from './check.ts';
import type { ServerKind } from './server-kind.ts';
import type { Ask, Failed, Trial } from './trials.ts';

const weather: Anthropic.Tool = {
  name: 'get_weather',
  description: 'Returns the weather of a city.',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string', description: 'Name of the city' } },
    required: ['city'],
    additionalProperties: false,
  },
};
const weatherQuestion: Ask = {
  max_tokens: 256,
  tools: [weather],
  messages: [{ role: 'user', content: 'What is the weather in Paris? Use the tool.' }],
};

export const greeting: Ask = {
  max_tokens: 64,
  thinking: { type: 'disabled' },
  messages: [{ role: 'user', content: 'Count from 1 to 20.' }],
};
export const forcedCall: Ask = { ...weatherQuestion, tool_choice: { type: 'tool', name: weather.name } };
export const freeCall: Ask = { ...weatherQuestion, tool_choice: { type: 'auto' } };
export const sum: Ask = {
  max_tokens: 512,
  thinking: { type: 'enabled', budget_tokens: 256 },
  messages: [{ role: 'user', content: 'What is 17 + 25?' }],
};

/** Ways of models to write a call in text. */
const printedCall = /<tool_call>|<function=|<\|tool|\[TOOL_CALLS\]|"name"\s*:\s*"get_weather"|<invoke/;
const thoughtTag = /<\/?(?:think|thinking|reasoning|thought)>|<\|channel\|?>/;
const slowTokensPerSecond = 3;

export function checkAnswer(kind: ServerKind, trial: Trial): Check {
  const id = 'answer';
  if (!trial.ok) return { id, verdict: 'problem', ...explain(kind, trial) };
  if (trial.message.content.length === 0 || trial.message.usage.output_tokens === 0) {
    return {
      id,
      verdict: 'problem',
      found: 'the model says nothing',
      remedy: 'The chat template may not belong to the model: try it without this bridge.',
    };
  }
  const { tokensPerSecond, firstTokenMs } = trial;
  const first = `first token after ${(firstTokenMs / 1_000).toFixed(1)} s`;
  if (tokensPerSecond === undefined) return { id, verdict: 'ok', found: first };
  const found = `${first}, then ${tokensPerSecond.toFixed(tokensPerSecond < 10 ? 1 : 0)} tokens a second`;
  return tokensPerSecond >= slowTokensPerSecond
    ? { id, verdict: 'ok', found }
    : {
        id,
        verdict: 'warning',
        found,
        remedy: 'Take a smaller model or quantisation, or put more of its layers on the GPU.',
      };
}

/** @param free - the same question without the call being asked for */
export function checkTools(kind: ServerKind, forced: Trial, free: Trial): Check {
  const id = 'tools';
  if (!forced.ok) {
    const { found, remedy } = explain(kind, forced);
    return {
      id,
      verdict: 'problem',
      found: `a request with a tool fails: ${found}`,
      remedy: remedy ?? kind.tools,
    };
  }
  if (!hasCall(forced)) {
    const isPrinted = printedCall.test(forced.text);
    const found = isPrinted ? 'the call comes as text, not as a call' : 'the model answers without the tool';
    return { id, verdict: 'problem', found, remedy: kind.tools };
  }
  if (!free.ok) {
    const { found, remedy } = explain(kind, free);
    return {
      id,
      verdict: 'problem',
      found: `calls by its own choice fail: ${found}`,
      remedy: remedy ?? kind.tools,
    };
  }
  if (hasCall(free)) return { id, verdict: 'ok', found: 'calls are parsed' };
  if (printedCall.test(free.text)) {
    return {
      id,
      verdict: 'problem',
      found: 'calls that the model makes by its own choice come as text',
      remedy: `${kind.tools} Or let the bridge read them: the option textToolCalls.`,
    };
  }
  return {
    id,
    verdict: 'warning',
    found: 'a call is parsed, but by its own choice the model did not make it',
    remedy: 'Small models often cannot drive an agent: take one that is trained for tools.',
  };
}

export function checkThinking(kind: ServerKind, trial: Trial): Check {
  const id = 'thinking';
  if (!trial.ok) return { id, verdict: 'problem', ...explain(kind, trial) };
  if (thoughtTag.test(trial.text)) {
    return {
      id,
      verdict: 'problem',
      found: 'thoughts come in the text of the answer',
      remedy: kind.thinking,
    };
  }
  const isThought = trial.message.content.some(({ type }) => type === 'thinking');
  return {
    id,
    verdict: 'ok',
    found: isThought ? 'thoughts come apart from the answer' : 'the model does not think',
  };
}

/** Returns what a failure means, in the words of whoever runs the server. */
function explain(kind: ServerKind, { message, cause }: Failed): { found: string; remedy?: string } {
  const said = /answered \d+: (.*)/s.exec(cause)?.[1];
  const found = message.replace(/\.$/, '');
  if (/--jinja/.test(cause)) return { found: 'llama-server runs without --jinja', remedy: kind.tools };
  if (/tool[_-]call[_-]parser|enable-auto-tool-choice/.test(cause)) return { found, remedy: kind.tools };
  if (/prompt is too long|context limit/.test(message))
    return { found, remedy: kind.moreContext(65_536, undefined) };
  return said === undefined ? { found } : { found, remedy: `Its own words: ${said.slice(0, 300)}` };
}

function hasCall(trial: Trial): boolean {
  return (
    trial.ok &&
    trial.message.content.some(
      (block) =>
        block.type === 'tool_use' &&
        block.name === weather.name &&
        typeof block.input === 'object' &&
        block.input !== null &&
        'city' in block.input,
    )
  );
}
