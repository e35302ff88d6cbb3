import { describe, expect, it, vi } from 'vitest';
import { MessagesError } from '../errors.ts';
import type { ContentBlock, Message, MessagesRequest } from '../messages/types.ts';
import { createMemoryThreadStore, type ThreadStore } from './thread-store.ts';
import { createThreads, type Threads } from './threads.ts';

const tool = { name: 'get_weather', input_schema: { type: 'object' } };

function answer(id: string, content: ContentBlock[] = [text(`answer ${id}`)]): Message {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: 'm',
    content,
    stop_reason: 'end_turn',
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: {
      input_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: null,
      output_tokens: 1,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: 'standard',
      inference_geo: null,
    },
  };
}

function text(value: string): ContentBlock {
  return { type: 'text', text: value, citations: null };
}

function create(fields: Partial<MessagesRequest> = {}): MessagesRequest {
  return {
    model: 'm',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'one' }],
    thread: { type: 'create' },
    ...fields,
  };
}

function continueFrom(id: string, fields: Partial<MessagesRequest> = {}): MessagesRequest {
  return {
    model: 'm',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'two' }],
    thread: { type: 'continue', previous_message_id: id },
    ...fields,
  };
}

async function begin(threads: Threads, id = 'msg_1', fields: Partial<MessagesRequest> = {}): Promise<void> {
  const thread = await threads.open('owner', create(fields));
  await thread.commit(answer(id));
}

async function refusal(
  opening: Promise<unknown>,
): Promise<{ status: number; code: unknown; message: string }> {
  const error: unknown = await opening.then(
    () => new Error('It was opened'),
    (reason: unknown) => reason,
  );
  if (!MessagesError.is(error)) throw error;
  return { status: error.status, code: error.details?.['error_code'], message: error.message };
}

/** A store of the host's own, asynchronous as they are, whose content a test can look at. */
function createHostStore() {
  const values = new Map<string, string>();
  const store: ThreadStore = {
    get: async (key) => values.get(key),
    async set(key, value) {
      await new Promise(setImmediate);
      values.set(key, value);
    },
  };
  return { store, values };
}

describe('a thread that goes on', () => {
  it('is the whole conversation, with the answers exactly as the client got them', async () => {
    const threads = createThreads({ store: createMemoryThreadStore() });
    const blocks: ContentBlock[] = [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      {
        type: 'tool_use',
        id: 'toolu_1',
        name: 'get_weather',
        input: { city: 'Köln' },
        caller: { type: 'direct' },
      },
    ];
    const first = await threads.open('owner', create({ system: 'be short', tools: [tool] }));
    await first.commit(answer('msg_1', blocks));

    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' };
    const second = await threads.open(
      'owner',
      continueFrom('msg_1', { messages: [{ role: 'user', content: [result] }] }),
    );
    await second.commit(answer('msg_2'));
    const third = await threads.open('owner', continueFrom('msg_2'));

    expect(third.request).toEqual({
      model: 'm',
      max_tokens: 10,
      system: 'be short',
      tools: [tool],
      messages: [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: blocks },
        { role: 'user', content: [result] },
        { role: 'assistant', content: [text('answer msg_2')] },
        { role: 'user', content: 'two' },
      ],
    });
  });

  it('takes every field but system and tools from the new request: the SDK sends them each time', async () => {
    const threads = createThreads({ store: createMemoryThreadStore() });
    await begin(threads, 'msg_1', {
      temperature: 0.5,
      thinking: { type: 'adaptive' },
      stop_sequences: ['x'],
    });
    const { request } = await threads.open(
      'owner',
      continueFrom('msg_1', { max_tokens: 99, stream: true, tool_choice: { type: 'any' } }),
    );
    expect(request).toMatchObject({ max_tokens: 99, stream: true, tool_choice: { type: 'any' } });
    expect(request).not.toHaveProperty('temperature');
    expect(request).not.toHaveProperty('thinking');
    expect(request).not.toHaveProperty('stop_sequences');
    expect(request).not.toHaveProperty('thread');
  });

  it('may repeat the model, the system prompt and the tools it was created with', async () => {
    const threads = createThreads({ store: createMemoryThreadStore() });
    await begin(threads, 'msg_1', { system: 's', tools: [tool] });
    const { request } = await threads.open('owner', continueFrom('msg_1', { system: 's', tools: [tool] }));
    expect(request).toMatchObject({ system: 's', tools: [tool] });
  });

  it('keeps its tools when the continue says null', async () => {
    const threads = createThreads({ store: createMemoryThreadStore() });
    await begin(threads, 'msg_1', { system: 's', tools: [tool] });
    const { request } = await threads.open('owner', continueFrom('msg_1', { system: null, tools: null }));
    expect(request).toMatchObject({ system: 's', tools: [tool] });
  });

  it.each([
    ['model', { model: 'another' }],
    ['system', { system: 'another' }],
    ['tools', { tools: [] }],
    ['model, system, tools', { model: 'another', system: [], tools: [] }],
  ])('cannot change %s, and can still be continued after the refusal', async (names, fields) => {
    const threads = createThreads({ store: createMemoryThreadStore() });
    await begin(threads, 'msg_1', { system: 's', tools: [tool] });
    const refused = await refusal(threads.open('owner', continueFrom('msg_1', fields)));
    expect(refused).toMatchObject({ status: 400, code: 'thread_fingerprint_mismatch' });
    expect(refused.message).toContain(`thread: ${names} cannot change`);
    await expect(threads.open('owner', continueFrom('msg_1'))).resolves.toBeDefined();
  });
});

describe('a message that cannot be continued', () => {
  it('is not found: unknown, of another owner, or with an id that was never minted', async () => {
    const get = vi.fn<ThreadStore['get']>();
    const threads = createThreads({ store: { get, set() {} } });
    const notFound = { status: 404, code: 'thread_not_found' };
    expect(await refusal(threads.open('owner', continueFrom('msg_0')))).toMatchObject(notFound);
    expect(get).toHaveBeenCalledTimes(1);
    for (const id of ['', 'msg:1', '../msg_1', 'msg_1\n', 'm'.repeat(129)]) {
      expect(await refusal(threads.open('owner', continueFrom(id)))).toMatchObject(notFound);
    }
    expect(get).toHaveBeenCalledTimes(1);
  });

  it('is not found by another owner', async () => {
    const threads = createThreads({ store: createMemoryThreadStore() });
    await begin(threads);
    expect(await refusal(threads.open('another', continueFrom('msg_1')))).toMatchObject({
      code: 'thread_not_found',
    });
    await expect(threads.open('owner', continueFrom('msg_1'))).resolves.toBeDefined();
  });

  it('is not found after its time, an hour unless said otherwise', async () => {
    vi.useFakeTimers();
    try {
      for (const [options, ms] of [[{}, 3_600_000] as const, [{ ttlMs: 50 }, 50] as const]) {
        const threads = createThreads({ store: createMemoryThreadStore(), ...options });
        await begin(threads);
        vi.advanceTimersByTime(ms - 1);
        (await threads.open('owner', continueFrom('msg_1'))).abandon();
        vi.advanceTimersByTime(1);
        expect(await refusal(threads.open('owner', continueFrom('msg_1')))).toMatchObject({
          code: 'thread_not_found',
        });
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it('was already continued, and only its newest answer goes on', async () => {
    const threads = createThreads({ store: createMemoryThreadStore() });
    await begin(threads);
    await (await threads.open('owner', continueFrom('msg_1'))).commit(answer('msg_2'));
    expect(await refusal(threads.open('owner', continueFrom('msg_1')))).toMatchObject({
      status: 400,
      code: 'thread_already_continued',
    });
    await expect(threads.open('owner', continueFrom('msg_2'))).resolves.toBeDefined();
  });

  it('is being continued, until that is committed or abandoned; of two at once one loses', async () => {
    const { store } = createHostStore();
    const threads = createThreads({ store });
    await begin(threads);
    const [winner, loser] = await Promise.allSettled([
      threads.open('owner', continueFrom('msg_1')),
      threads.open('owner', continueFrom('msg_1')),
    ]);
    expect(loser).toMatchObject({
      reason: { details: { error_code: 'thread_continue_in_flight' }, status: 400 },
    });
    if (winner.status !== 'fulfilled') throw winner.reason;
    winner.value.abandon();

    const again = await threads.open('owner', continueFrom('msg_1'));
    const committing = again.commit(answer('msg_2'));
    again.abandon();
    expect(await refusal(threads.open('owner', continueFrom('msg_1')))).toMatchObject({
      code: 'thread_continue_in_flight',
    });
    await committing;
    expect(await refusal(threads.open('owner', continueFrom('msg_1')))).toMatchObject({
      code: 'thread_already_continued',
    });
  });

  it('is being continued with something else, or not said to be sent once more; a resend is another reader', async () => {
    const { store } = createHostStore();
    const threads = createThreads({ store });
    await begin(threads);
    const first = await threads.open('owner', continueFrom('msg_1'));
    const resend = await threads.open('owner', continueFrom('msg_1', { stream: true }), true);
    expect(resend.request.messages).toEqual(first.request.messages);
    for (const [request, isResend] of [
      [continueFrom('msg_1', { max_tokens: 11 }), true],
      [continueFrom('msg_1'), false],
    ] as const)
      expect(await refusal(threads.open('owner', request, isResend))).toMatchObject({
        code: 'thread_continue_in_flight',
      });

    // The first has lost its connection.
    first.abandon();
    first.abandon();
    expect(await refusal(threads.open('owner', continueFrom('msg_1')))).toMatchObject({
      code: 'thread_continue_in_flight',
    });
    await resend.commit(answer('msg_2'));
    expect(await refusal(threads.open('owner', continueFrom('msg_1'), true))).toMatchObject({
      code: 'thread_already_continued',
    });
    await expect(threads.open('owner', continueFrom('msg_2'))).resolves.toBeDefined();
  });

  it('is a kind of thread that is not known here, or none at all', async () => {
    const threads = createThreads({ store: createMemoryThreadStore() });
    expect(await refusal(threads.open('owner', create({ thread: { type: 'fork' } })))).toMatchObject({
      status: 400,
      code: 'thread_unsupported_request',
    });
    for (const thread of [{}, 'create', { type: 1 }, { type: 'continue' }]) {
      expect(await refusal(threads.open('owner', create({ thread })))).toMatchObject({
        status: 400,
        code: undefined,
      });
    }
  });
});

describe('what is stored', () => {
  it('is nothing until a commit, and nothing of an abandoned request', async () => {
    const { store, values } = createHostStore();
    const threads = createThreads({ store });
    const thread = await threads.open('owner', create());
    thread.abandon();
    await thread.commit(answer('msg_1'));
    expect(values.size).toBe(0);
  });

  it('is the first commit only', async () => {
    const { store, values } = createHostStore();
    const thread = await createThreads({ store }).open('owner', create());
    await thread.commit(answer('msg_1'));
    await thread.commit(answer('msg_2'));
    expect([...values.keys()]).toEqual(['llama-messages:thread:owner:msg_1']);
  });

  it('is one conversation a thread, however many turns it had', async () => {
    const { store, values } = createHostStore();
    const threads = createThreads({ store });
    await begin(threads);
    for (let turn = 1; turn < 5; turn += 1) {
      const thread = await threads.open('owner', continueFrom(`msg_${turn}`));
      await thread.commit(answer(`msg_${turn + 1}`));
    }
    expect([...values.values()].filter((value) => value.includes('answer'))).toHaveLength(1);
  });

  it('is waited for by a continue that comes before a slow store is done', async () => {
    const { store } = createHostStore();
    const threads = createThreads({ store });
    const thread = await threads.open('owner', create());
    const committing = thread.commit(answer('msg_1'));
    const next = await threads.open('owner', continueFrom('msg_1'));
    expect(next.request.messages).toHaveLength(3);
    await committing;
  });

  it('is not read when another version wrote it, or something else', async () => {
    const { store, values } = createHostStore();
    const threads = createThreads({ store });
    for (const value of ['', 'no json', 'null', '[]', '{"format":2,"state":"open","conversation":{}}']) {
      values.set('llama-messages:thread:owner:msg_1', value);
      expect(await refusal(threads.open('owner', continueFrom('msg_1')))).toMatchObject({
        code: 'thread_not_found',
      });
    }
  });

  it('is lost when the store fails, which the host hears of and the client mends with a replay', async () => {
    const failure = new Error('connection refused');
    const errors: unknown[] = [];
    const threads = createThreads({
      store: { get: () => Promise.reject(failure), set: () => Promise.reject(failure) },
      onStoreError: (error) => errors.push(error),
    });
    await begin(threads);
    expect(errors).toEqual([failure]);
    expect(await refusal(threads.open('owner', continueFrom('msg_1')))).toMatchObject({
      code: 'thread_not_found',
    });
    expect(errors).toEqual([failure, failure]);
  });

  it('leaves the old answer open when the new one could not be stored', async () => {
    const { store, values } = createHostStore();
    let isFull = false;
    const threads = createThreads({
      store: {
        get: store.get,
        set: (...entry) => (isFull ? Promise.reject(new Error('full')) : store.set(...entry)),
      },
    });
    await begin(threads);
    isFull = true;
    await (await threads.open('owner', continueFrom('msg_1'))).commit(answer('msg_2'));
    expect(values.size).toBe(1);
    await expect(threads.open('owner', continueFrom('msg_1'))).resolves.toBeDefined();
  });
});
