import { describe, expect, it } from 'vitest';
import type { ChatChunk, ChatDelta, ChatTool, ChatToolCallDelta } from '../chat/types.ts';
import type { ResponsePlan } from '../convert/response-plan.ts';
import { MessagesError } from '../errors.ts';
import type { Message } from '../messages/types.ts';
import { createMessageCollector } from './message-collector.ts';
import { createMessageStream, type StreamOptions } from './message-stream.ts';
import type { MessageSink } from './message-sink.ts';

const plan: ResponsePlan = { model: 'm', stopSequences: [], hideThinking: false, discardOutput: false };

function delta(value: ChatDelta): ChatChunk {
  return { choices: [{ index: 0, delta: value }] };
}
function call(value: ChatToolCallDelta): ChatChunk {
  return delta({ tool_calls: [value] });
}
function finish(reason: string): ChatChunk {
  return { choices: [{ index: 0, delta: {}, finish_reason: reason }] };
}

/** Runs chunks through the stream and returns the message, and the order of what the sink saw. */
function run(
  chunks: readonly ChatChunk[],
  options: Partial<ResponsePlan> = {},
  more: Partial<StreamOptions> = {},
): { message: Message; calls: string[] } {
  const collector = createMessageCollector();
  const calls: string[] = [];
  const sink = new Proxy(collector, {
    get: (target, name: keyof MessageSink) => (first: unknown, second: unknown) => {
      calls.push(typeof first === 'number' ? `${name} ${first}` : name);
      return (target[name] as (first: unknown, second: unknown) => unknown)(first, second);
    },
  });
  const stream = createMessageStream(sink, {
    messageId: 'msg_1',
    plan: { ...plan, ...options },
    estimateInputTokens: () => 7,
    sign: (hidden) => `signed ${hidden ?? ''}`,
    ...more,
  });
  for (const chunk of chunks) stream.push(chunk);
  stream.end();
  return { message: collector.message(), calls };
}

describe('parallel tool calls', () => {
  it('keeps interleaved arguments apart, with one block open at a time', () => {
    const { message, calls } = run([
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '' } }),
      call({ index: 1, id: 'b', function: { name: 'g', arguments: '' } }),
      call({ index: 0, function: { arguments: '{"x"' } }),
      call({ index: 1, function: { arguments: '{"y":' } }),
      call({ index: 0, function: { arguments: ':1}' } }),
      call({ index: 1, function: { arguments: '2}' } }),
      finish('tool_calls'),
    ]);
    expect(message.content).toMatchObject([
      { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
      { type: 'tool_use', id: 'b', name: 'g', input: { y: 2 } },
    ]);
    expect(calls.filter((name) => name.startsWith('block'))).toEqual([
      'blockStart 0',
      'blockStop 0',
      'blockStart 1',
      'blockStop 1',
    ]);
  });

  it('streams the second call while it arrives when the first is whole', () => {
    const { calls } = run([
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
      call({ index: 1, id: 'b', function: { name: 'g', arguments: '{"y":' } }),
      call({ index: 1, function: { arguments: '2}' } }),
      finish('tool_calls'),
    ]);
    expect(calls.filter((name) => name === 'inputJson 1')).toHaveLength(2);
  });

  it('tells two calls in one chunk apart', () => {
    const { message } = run([
      delta({
        tool_calls: [
          { index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
          { index: 1, id: 'b', function: { name: 'f', arguments: '{"x":2}' } },
        ],
      }),
      finish('tool_calls'),
    ]);
    expect(message.content).toMatchObject([{ input: { x: 1 } }, { input: { x: 2 } }]);
  });

  it('does without indexes', () => {
    const { message } = run([
      call({ id: 'a', function: { name: 'f', arguments: '{"x":' } }),
      call({ function: { arguments: '1}' } }),
      call({ id: 'b', function: { name: 'f', arguments: '{"x":2}' } }),
      finish('tool_calls'),
    ]);
    expect(message.content).toMatchObject([
      { id: 'a', input: { x: 1 } },
      { id: 'b', input: { x: 2 } },
    ]);
  });

  it('does without ids, and mints them', () => {
    const { message } = run([
      call({ index: 0, function: { name: 'f', arguments: '{}' } }),
      call({ index: 1, function: { name: 'f', arguments: '{}' } }),
      finish('tool_calls'),
    ]);
    const ids = message.content.map((block) => (block.type === 'tool_use' ? block.id : ''));
    expect(ids[0]).toMatch(/^toolu_\w{24}$/);
    expect(new Set(ids).size).toBe(2);
  });

  it('tells calls apart that all have index 0', () => {
    const { message } = run([
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } }),
      call({ index: 0, id: 'b', function: { name: 'f', arguments: '{"x":2}' } }),
      finish('tool_calls'),
    ]);
    expect(message.content).toMatchObject([
      { id: 'a', input: { x: 1 } },
      { id: 'b', input: { x: 2 } },
    ]);
  });
});

describe('tool arguments', () => {
  it.each<[string, unknown, unknown]>([
    ['an object', { x: 1 }, { x: 1 }],
    ['nothing', undefined, {}],
    ['an empty string', '', {}],
    ['null as text', 'null', {}],
    ['an object in a string', JSON.stringify('{"x":1}'), { x: 1 }],
    ['white space first', ' \n{"x":1}', { x: 1 }],
  ])('takes %s', (_title, given, expected) => {
    const { message } = run([
      call({ index: 0, id: 'a', function: { name: 'f', arguments: given } }),
      finish('stop'),
    ]);
    expect(message.content).toMatchObject([{ type: 'tool_use', input: expected }]);
    expect(message.stop_reason).toBe('tool_use');
  });

  it('takes arguments that come in the last chunk only, as a whole message', () => {
    const { message } = run([
      {
        choices: [
          {
            message: { tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"x":1}' } }] },
            finish_reason: 'tool_calls',
          },
        ],
      },
    ]);
    expect(message.content).toMatchObject([{ type: 'tool_use', input: { x: 1 } }]);
  });

  it('drops a repetition of the whole arguments at the end', () => {
    const { message } = run([
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } }),
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } }),
      finish('tool_calls'),
    ]);
    expect(message.content).toMatchObject([{ input: { x: 1 } }]);
  });

  it.each([
    ['are no JSON', '{oops}'],
    ['are nested without end', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('fails visibly when they %s', (_title, json) => {
    expect(() =>
      run([call({ index: 0, id: 'a', function: { name: 'f', arguments: json } }), finish('tool_calls')]),
    ).toThrow(MessagesError);
  });

  it('says max_tokens when they were cut by the limit', () => {
    const { message } = run([
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":"ab' } }),
      finish('length'),
    ]);
    expect(message.stop_reason).toBe('max_tokens');
  });
});

describe('order of blocks', () => {
  it('opens a new block whenever the kind changes', () => {
    const { message } = run([
      delta({ reasoning_content: 'hm' }),
      delta({ content: 'a' }),
      delta({ reasoning_content: 'again' }),
      delta({ content: 'b' }),
      finish('stop'),
    ]);
    expect(message.content.map((block) => block.type)).toEqual(['thinking', 'text', 'thinking', 'text']);
  });

  it('keeps text after a tool call, behind it', () => {
    const { message } = run([
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":' } }),
      delta({ content: 'then' }),
      call({ index: 0, function: { arguments: '1}' } }),
      finish('tool_calls'),
    ]);
    expect(message.content).toMatchObject([
      { type: 'tool_use', input: { x: 1 } },
      { type: 'text', text: 'then' },
    ]);
  });

  it('opens no block for blank text between a thought and a call', () => {
    const { message } = run([
      delta({ reasoning_content: 'hm' }),
      delta({ content: '\n\n' }),
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
      finish('tool_calls'),
    ]);
    expect(message.content.map((block) => block.type)).toEqual(['thinking', 'tool_use']);
  });

  it('answers an empty completion with one empty text block', () => {
    expect(run([finish('stop')]).message).toMatchObject({
      content: [{ type: 'text', text: '' }],
      stop_reason: 'end_turn',
    });
  });
});

describe('thinking', () => {
  it.each<[string, ChatDelta[]]>([
    ['reasoning_content', [{ reasoning_content: 'hm' }, { content: 'hi' }]],
    ['reasoning', [{ reasoning: 'hm' }, { content: 'hi' }]],
    ['tags in the content', [{ content: '<think>\nhm</think>\n\nhi' }]],
    ['tags cut anywhere', [...'<think>\nhm</think>\n\nhi'].map((content) => ({ content }))],
  ])('is read from %s', (_title, deltas) => {
    const { message } = run([...deltas.map(delta), finish('stop')]);
    expect(message.content).toMatchObject([
      { type: 'thinking', thinking: 'hm', signature: expect.stringMatching(/./) },
      { type: 'text', text: 'hi' },
    ]);
  });

  it('leaves tags alone that the model writes about', () => {
    const { message } = run([delta({ content: 'Use <think>x</think> like this' }), finish('stop')]);
    expect(message.content).toMatchObject([{ type: 'text', text: 'Use <think>x</think> like this' }]);
  });

  it('is kept from a client that wants none, and the signature carries it', () => {
    const { message } = run(
      [delta({ reasoning_content: 'secret' }), delta({ content: 'hi' }), finish('stop')],
      {
        hideThinking: true,
      },
    );
    expect(message.content[0]).toMatchObject({ type: 'thinking', thinking: '' });
    expect((message.content[0] as { signature: string }).signature.length).toBeGreaterThan(8);
  });
});

describe('stop reasons', () => {
  it('names the stop sequence that matched', () => {
    const { message } = run(
      [
        delta({ content: '1' }),
        { ...finish('stop'), __verbose: { stop_type: 'word', stopping_word: 'END' } },
      ],
      { stopSequences: ['END'] },
    );
    expect(message).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END' });
  });

  it('does not name a stop word of the template', () => {
    const { message } = run(
      [
        delta({ content: '1' }),
        { ...finish('stop'), __verbose: { stop_type: 'word', stopping_word: '<|im_end|>' } },
      ],
      { stopSequences: ['END'] },
    );
    expect(message).toMatchObject({ stop_reason: 'end_turn', stop_sequence: null });
  });

  it('tells a full context window from max_tokens', () => {
    const usage = { prompt_tokens: 90, completion_tokens: 10 };
    expect(
      run([delta({ content: '1' }), finish('length'), { usage }], { contextWindow: 100 }).message.stop_reason,
    ).toBe('model_context_window_exceeded');
    expect(
      run([delta({ content: '1' }), finish('length'), { usage }], { contextWindow: 200 }).message.stop_reason,
    ).toBe('max_tokens');
  });

  it('says refusal for a content filter', () => {
    expect(run([delta({ content: '1' }), finish('content_filter')]).message.stop_reason).toBe('refusal');
  });
});

describe('usage', () => {
  it('is disjoint, and in the start already where progress tells it', () => {
    const started: Message[] = [];
    const collector = createMessageCollector();
    const stream = createMessageStream(
      { ...collector, start: (message) => started.push(message) },
      { messageId: 'msg_1', plan, estimateInputTokens: () => 7 },
    );
    stream.push({
      choices: [{ delta: { role: 'assistant' } }],
      prompt_progress: { total: 100, cache: 60, processed: 60 },
    });
    expect(started[0]?.usage).toMatchObject({
      input_tokens: 40,
      cache_read_input_tokens: 60,
      output_tokens: 0,
    });
  });

  it('comes from the chunk after the finish reason', () => {
    const { message } = run([
      delta({ content: 'hi' }),
      finish('stop'),
      {
        choices: [],
        usage: { prompt_tokens: 12, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } },
      },
    ]);
    expect(message.usage).toMatchObject({ input_tokens: 8, cache_read_input_tokens: 4, output_tokens: 3 });
  });
});

describe('structured output with tools', () => {
  it('turns the call of the synthetic tool into the one text block', () => {
    const { message } = run(
      [
        delta({ content: 'Here you are:' }),
        call({ index: 0, id: 'a', function: { name: 'structured_output', arguments: '{"answer":' } }),
        call({ index: 0, function: { arguments: '42}' } }),
        finish('tool_calls'),
      ],
      { structuredTool: 'structured_output' },
    );
    expect(message).toMatchObject({
      content: [{ type: 'text', text: '{"answer":42}' }],
      stop_reason: 'end_turn',
    });
  });

  it('takes the first answer of several', () => {
    const { message } = run(
      [
        call({ index: 0, id: 'a', function: { name: 'structured_output', arguments: '{"answer":1}' } }),
        call({ index: 1, id: 'b', function: { name: 'structured_output', arguments: '{"answer":2}' } }),
        finish('tool_calls'),
      ],
      { structuredTool: 'structured_output' },
    );
    expect(message.content).toMatchObject([{ type: 'text', text: '{"answer":1}' }]);
  });

  it('leaves calls of other tools, and the text before them, as they are', () => {
    const { message } = run(
      [
        delta({ content: 'Let me look' }),
        call({ index: 0, id: 'a', function: { name: 'search', arguments: '{}' } }),
        finish('tool_calls'),
      ],
      { structuredTool: 'structured_output' },
    );
    expect(message.content.map((block) => block.type)).toEqual(['text', 'tool_use']);
    expect(message.stop_reason).toBe('tool_use');
  });
});

describe('prefill', () => {
  it('is not repeated to the client', () => {
    const { message } = run([delta({ content: '1, 2,' }), delta({ content: ' 3' }), finish('stop')], {
      prefill: '1, 2,',
    });
    expect(message.content).toMatchObject([{ type: 'text', text: ' 3' }]);
  });

  it('costs nothing of an answer that begins otherwise', () => {
    const { message } = run([delta({ content: '1,' }), delta({ content: 'x' }), finish('stop')], {
      prefill: '1, 2,',
    });
    expect(message.content).toMatchObject([{ type: 'text', text: '1,x' }]);
  });
});

it('throws the output of a request with max_tokens 0 away', () => {
  const { message } = run([delta({ content: 'x' }), finish('length')], { discardOutput: true });
  expect(message).toMatchObject({ content: [], stop_reason: 'max_tokens' });
});

const tools: ChatTool[] = [
  {
    type: 'function',
    function: {
      name: 'lamp',
      parameters: { type: 'object', properties: { level: { type: 'integer' }, color: { type: 'string' } } },
    },
  },
];

it('repairs arguments of a wrong JSON type, however they are cut, and counts them', () => {
  const pieces = ['{"color":"r', 'ed","level":"', '3"}'];
  const collector = createMessageCollector();
  const stream = createMessageStream(collector, {
    messageId: 'msg_1',
    plan,
    estimateInputTokens: () => 1,
    tools,
  });
  for (const json of pieces)
    stream.push(call({ index: 0, id: 'a', function: { name: 'lamp', arguments: json } }));
  stream.push(finish('tool_calls'));
  stream.end();
  expect(collector.message().content).toMatchObject([
    { type: 'tool_use', input: { color: 'red', level: 3 } },
  ]);
  expect(stream.repairedArguments()).toBe(1);
  // The prompt cache holds what was generated.
  expect(stream.generated().calls[0]?.json).toBe(pieces.join(''));
});

it('takes a call that was printed as text for one only where that is wanted', () => {
  const chunks = [...'Sure. <tool_call>{"name":"lamp","arguments":{"level":3}}</tool_call>'].map((content) =>
    delta({ content }),
  );
  expect(run([...chunks, finish('stop')], {}, { tools }).message.content.map(({ type }) => type)).toEqual([
    'text',
  ]);
  const { message } = run([...chunks, finish('stop')], {}, { tools, recoversTextCalls: true });
  expect(message).toMatchObject({
    content: [
      { type: 'text', text: 'Sure.' },
      { type: 'tool_use', name: 'lamp', input: { level: 3 } },
    ],
    stop_reason: 'tool_use',
  });
});

it('leaves the open block open when the answer fails, so that clients do not take it for a whole one', () => {
  const calls: string[] = [];
  const stream = createMessageStream(
    { ...createMessageCollector(), blockStop: () => calls.push('blockStop'), fail: () => calls.push('fail') },
    { messageId: 'msg_1', plan, estimateInputTokens: () => 1 },
  );
  stream.push(delta({ content: 'Half an ans' }));
  stream.fail(new Error('cut'));
  expect(calls).toEqual(['fail']);
});
