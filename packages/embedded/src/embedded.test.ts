import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChatChunk, ChatDelta, ChatRequest, ChatTool, UpstreamCall } from '@llama-messages/core';
import { embedded, type EmbeddedUpstream } from './index.ts';

const model = new URL('../../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url).pathname;

const weather = tool('get_weather', 'city');
const calculator = tool('calculator', 'expression');

function tool(name: string, parameter: string): ChatTool {
  return {
    type: 'function',
    function: {
      name,
      description: name.replace('_', ' '),
      parameters: { type: 'object', properties: { [parameter]: { type: 'string' } }, required: [parameter] },
    },
  };
}

function ask(content: string, rest: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model: 'demo',
    messages: [{ role: 'user', content }],
    temperature: 0,
    max_tokens: 120,
    chat_template_kwargs: { enable_thinking: false },
    ...rest,
  };
}

function callWith(signal: AbortSignal = new AbortController().signal): UpstreamCall {
  return { signal, requestId: 'req_test' };
}

interface Answer {
  chunks: ChatChunk[];
  text: string;
  reasoning: string;
  calls: { id: string; name: string; arguments: string }[];
  finishReason: string | null | undefined;
  stop: ChatChunk['__verbose'];
  usage: NonNullable<ChatChunk['usage']>;
}

async function answer(
  upstream: EmbeddedUpstream,
  request: ChatRequest,
  signal?: AbortSignal,
): Promise<Answer> {
  const chunks: ChatChunk[] = [];
  for await (const batch of await upstream.stream(request, callWith(signal))) {
    chunks.push(...batch.filter((item): item is ChatChunk => !('textJson' in item)));
  }
  const deltas = chunks.flatMap((chunk) => chunk.choices?.map((choice) => choice.delta ?? {}) ?? []);
  const end = chunks.findLast((chunk) => chunk.choices?.[0]?.finish_reason);
  return {
    chunks,
    text: deltas.map((delta) => delta.content ?? '').join(''),
    reasoning: deltas.map((delta) => delta.reasoning_content ?? '').join(''),
    calls: toCalls(deltas),
    finishReason: end?.choices?.[0]?.finish_reason,
    stop: end?.__verbose,
    usage: chunks.at(-1)?.usage ?? {},
  };
}

function toCalls(deltas: ChatDelta[]): Answer['calls'] {
  const calls: Answer['calls'] = [];
  for (const delta of deltas) {
    for (const { index, id, function: part } of delta.tool_calls ?? []) {
      const call = (calls[index ?? 0] ??= { id: id ?? '', name: part?.name ?? '', arguments: '' });
      call.arguments += String(part?.arguments ?? '');
    }
  }
  return calls;
}

describe.each([
  ['one slot', 1],
  ['two slots', 2],
])('%s', (_name, slots) => {
  let upstream: EmbeddedUpstream;
  const percents: number[] = [];

  beforeAll(async () => {
    upstream = embedded({
      model,
      modelId: 'demo',
      contextSize: 2048,
      slots,
      threads: 1,
      gpuLayers: 0,
      onLoadProgress: (percent) => percents.push(percent),
    });
    await upstream.load();
  });
  afterAll(() => upstream.close());

  test('load reports progress up to 100, once each', () => {
    expect(percents.at(-1)).toBe(100);
    expect(percents).toEqual([...new Set(percents)].sort((a, b) => a - b));
  });

  test('models tells what the file says', async () => {
    const [info] = await upstream.models(callWith());
    expect(info).toMatchObject({
      id: 'demo',
      contextWindow: 2048,
      slots,
      vision: false,
      tools: true,
      thinking: true,
      effort: false,
    });
    expect(info?.createdAt).toBeGreaterThan(Date.UTC(2020, 0));
  });

  test('text streams token by token, ends with stop and counts as llama-server counts', async () => {
    const { text, chunks, finishReason, stop, usage } = await answer(upstream, ask('Count from 1 to 5'));
    expect(text).toBe('1, 2, 3, 4, 5');
    expect(chunks.length).toBeGreaterThan(13);
    expect(chunks[0]?.prompt_progress?.total).toBe(20);
    expect(finishReason).toBe('stop');
    expect(stop).toEqual({ stop_type: 'eos', stopping_word: '', truncated: false });
    expect(usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 14 });
  });

  test('countTokens equals the usage of the same request', async () => {
    const request = ask('What is the weather in Paris?', { tools: [weather, calculator] });
    const { usage } = await answer(upstream, request);
    expect(await upstream.countTokens(request, callWith())).toEqual({
      tokens: usage.prompt_tokens,
      exact: true,
    });
  });

  test('thinking comes as reasoning, apart from the text, and keeps to its budget', async () => {
    const thinking = ask('What is 7 + 5?', { chat_template_kwargs: { enable_thinking: true } });
    const long = await answer(upstream, thinking);
    expect(long.reasoning).toContain('I compute 7 + 5.');
    expect(long.text).toBe('7 + 5 = 12');
    const short = await answer(upstream, { ...thinking, thinking_budget_tokens: 3 });
    expect(short.reasoning.trim()).toBe('I compute');
    expect(short.text).toBe('7 + 5 = 12');
  });

  test('temperature 0 gives the same answer every time', async () => {
    const texts = new Set<string>();
    for (let run = 0; run < 5; run += 1)
      texts.add((await answer(upstream, ask('Tell me a story about a fox'))).text);
    expect(texts.size).toBe(1);
  });

  test('a tool call has an id, a name and whole arguments', async () => {
    const { calls, finishReason } = await answer(
      upstream,
      ask('What is the weather in Paris?', { tools: [weather] }),
    );
    expect(calls).toEqual([
      { id: expect.stringMatching(/^call_\w{8,}$/), name: 'get_weather', arguments: '{"city": "Paris"}' },
    ]);
    expect(finishReason).toBe('tool_calls');
  });

  test('two tool calls of one answer stay apart', async () => {
    const { calls } = await answer(
      upstream,
      ask('What is the weather in Paris and Rome?', {
        tools: [weather, calculator],
        parallel_tool_calls: true,
      }),
    );
    expect(calls.map((call) => [call.name, call.arguments])).toEqual([
      ['get_weather', '{"city": "Paris"}'],
      ['get_weather', '{"city": "Rome"}'],
    ]);
    expect(new Set(calls.map((call) => call.id)).size).toBe(2);
  });

  test('tool_choice required and a JSON schema hold', async () => {
    const required = await answer(
      upstream,
      ask('What is the weather in Paris?', { tools: [weather, calculator], tool_choice: 'required' }),
    );
    expect(required.calls[0]?.name).toBe('get_weather');
    const schema = {
      type: 'object',
      properties: { result: { type: 'integer' } },
      required: ['result'],
      additionalProperties: false,
    };
    const json = await answer(
      upstream,
      ask('What is 2 + 2?', { response_format: { type: 'json_schema', json_schema: { name: 'r', schema } } }),
    );
    expect(JSON.parse(json.text)).toEqual({ result: expect.any(Number) });
  });

  test('a stop word ends the answer, is named and never leaves', async () => {
    const { text, stop, finishReason } = await answer(
      upstream,
      ask('Count from 1 to 9', { stop: ['7', ', 5, 6'] }),
    );
    expect(text).toBe('1, 2, 3, 4');
    expect(stop).toEqual({ stop_type: 'word', stopping_word: ', 5, 6', truncated: false });
    expect(finishReason).toBe('stop');
  });

  test('a prefilled turn is continued and not repeated', async () => {
    const request = ask('', {
      messages: [
        { role: 'user', content: 'Count from 1 to 9' },
        { role: 'assistant', content: '1, 2, 3,' },
      ],
    });
    expect((await answer(upstream, request)).text).toBe(' 4, 5, 6, 7, 8, 9');
  });

  test('max_tokens ends with length; so does a full context, as truncated', async () => {
    const short = await answer(upstream, ask('Count from 1 to 9', { max_tokens: 3 }));
    expect(short).toMatchObject({ finishReason: 'length', stop: { stop_type: 'limit', truncated: false } });
    expect(short.usage.completion_tokens).toBe(3);

    const words = 'word '.repeat(1000);
    const { tokens } = await upstream.countTokens(ask(words), callWith());
    const filled = ask(words + ' a'.repeat(2048 - tokens - 8), { max_tokens: 500 });
    const full = await answer(upstream, { ...filled, response_format: digits });
    expect(full).toMatchObject({ finishReason: 'length', stop: { stop_type: 'limit', truncated: true } });
  });

  test('a prompt that does not fit is refused before it is read', async () => {
    const request = ask('word '.repeat(3000));
    const { tokens } = await upstream.countTokens(request, callWith());
    await expect(upstream.stream(request, callWith())).rejects.toMatchObject({
      type: 'invalid_request_error',
      status: 400,
      message: `prompt is too long: ${tokens} tokens > 2048 maximum`,
    });
  });

  test.each([
    ['a $ref to nowhere', { type: 'object', properties: { a: { $ref: '#/nowhere' } }, required: ['a'] }],
    ['a repetition that would abort the process', { type: 'string', maxLength: 100_000 }],
    ['an escape that GBNF does not know', { type: 'string', pattern: '^[\\d\\w]+$' }],
  ])('a schema with %s is a 400, and the next request works', async (_what, schema) => {
    const format = { type: 'json_schema' as const, json_schema: { name: 'r', schema } };
    await expect(
      upstream.stream(ask('Hello!', { response_format: format }), callWith()),
    ).rejects.toMatchObject({
      status: 400,
    });
    expect((await answer(upstream, ask('Hello!'))).text).toBe('Hello! How can I help you?');
  });

  test('an abort stops the engine in the answer and in the prompt, and the slot is free again', async () => {
    const endless = ask('Count from 1 to 9', { max_tokens: 1900, response_format: digits });
    for (const when of ['prompt', 'answer']) {
      for (let slot = 0; slot < slots; slot += 1) {
        const abort = new AbortController();
        const chunks = await upstream.stream(endless, callWith(abort.signal));
        const read = async (): Promise<void> => {
          for await (const batch of chunks) {
            if (
              when === 'prompt' ||
              batch.some((chunk) => 'choices' in chunk && chunk.choices?.[0]?.delta?.content)
            )
              abort.abort();
          }
        };
        await expect(read()).rejects.toMatchObject({ name: 'AbortError' });
      }
    }
    const startedAt = performance.now();
    expect((await answer(upstream, ask('Hello!'))).text).toBe('Hello! How can I help you?');
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  test('leaving the iteration frees the slot', async () => {
    for (let run = 0; run <= slots; run += 1) {
      const endless = ask('Count from 1 to 9', { max_tokens: 1900, response_format: digits });
      for await (const batch of await upstream.stream(endless, callWith())) if (batch.length > 0) break;
    }
    expect((await answer(upstream, ask('Hello!'))).text).toBe('Hello! How can I help you?');
  });

  test('requests beyond the slots wait in order and can be aborted while they wait', async () => {
    const order: number[] = [];
    const abort = new AbortController();
    const requests = Array.from({ length: slots + 2 }, async (_, index) => {
      const waits = index === slots;
      const work = answer(upstream, ask('Count from 1 to 9'), waits ? abort.signal : undefined);
      if (waits) return expect(work).rejects.toMatchObject({ name: 'AbortError' });
      expect((await work).text).toBe('1, 2, 3, 4, 5, 6, 7, 8, 9');
      order.push(index);
    });
    await upstream.countTokens(ask('Hello!'), callWith());
    abort.abort();
    await Promise.all(requests);
    expect(order.at(-1)).toBe(slots + 1);
  });

  test('an image is refused', async () => {
    const image = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AA==' } };
    const request = ask('', { messages: [{ role: 'user', content: [image] }] });
    await expect(upstream.stream(request, callWith())).rejects.toMatchObject({ status: 400 });
  });
});

/** Keeps the model talking. */
const digits = {
  type: 'json_schema' as const,
  json_schema: {
    name: 'digits',
    schema: { type: 'array', items: { type: 'integer' }, minItems: 1500 },
  },
};

test('one slot reuses the prompt cache for the next turn and says so', async () => {
  const upstream = embedded({ model, contextSize: 2048, threads: 1, gpuLayers: 0 });
  try {
    const first = ask('Hello!');
    const { text, usage } = await answer(upstream, first);
    expect(usage.prompt_tokens_details?.cached_tokens).toBe(0);
    const next = await answer(upstream, {
      ...first,
      messages: [
        ...first.messages,
        { role: 'assistant', content: text },
        { role: 'user', content: 'What is 2 + 2?' },
      ],
    });
    const cached = next.usage.prompt_tokens_details?.cached_tokens ?? 0;
    expect(cached).toBeGreaterThan(8);
    expect(next.chunks[0]?.prompt_progress?.cache).toBe(cached);
    expect(next.text).toBe('2 + 2 = 4');
  } finally {
    await upstream.close();
  }
});

test('a long prompt is read in steps that report progress and end with an abort', async () => {
  const upstream = embedded({ model, contextSize: 4096, threads: 1, gpuLayers: 0 });
  try {
    const long = ask('Repeat after me: green. '.repeat(180) + 'Hello!', { max_tokens: 5 });
    const reference = embedded({ model, contextSize: 4096, slots: 2, threads: 1, gpuLayers: 0 });
    const { text } = await answer(reference, long);
    await reference.close();

    const abort = new AbortController();
    const startedAt = performance.now();
    const read = async (): Promise<void> => {
      for await (const batch of await upstream.stream(long, callWith(abort.signal))) {
        if (batch.length > 0) abort.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' });
    await answer(upstream, ask('Hello!', { max_tokens: 1 }));
    const abortedMs = performance.now() - startedAt;

    const whole = await answer(upstream, long);
    const wholeMs = performance.now() - startedAt - abortedMs;
    const progress = whole.chunks.flatMap((chunk) =>
      chunk.prompt_progress ? [chunk.prompt_progress.processed] : [],
    );
    // A context that the engine lost is made anew, and the prompt read from its beginning.
    const sinceStart = progress.slice(progress.lastIndexOf(Math.min(...progress)));
    expect(sinceStart.length).toBeGreaterThan(1);
    expect(sinceStart).toEqual([...sinceStart].sort((a, b) => a - b));
    expect(sinceStart.at(-1)).toBe(whole.usage.prompt_tokens);
    expect(whole.text).toBe(text);
    expect(whole.usage.prompt_tokens_details?.cached_tokens).toBeLessThan(20);
    expect(abortedMs).toBeLessThan(wholeMs / 2);
  } finally {
    await upstream.close();
  }
});
