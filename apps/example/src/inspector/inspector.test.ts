import {
  createGate,
  errorAnswer,
  progressChunk,
  streamAnswer,
  textAnswerChunks,
  textChunk,
  toolCallChunk,
  finishChunk,
  usageChunk,
} from '@llama-messages/testkit';
import { describe, expect, it } from 'vitest';
import { clientKey, serveInspector } from '../testing/serve-inspector.ts';
import type { ExchangeDetail, ExchangeList, ExchangeSummary } from './api.ts';

type Started = Awaited<ReturnType<typeof serveInspector>>;

/** Reads the stream of the list until one of its states satisfies `isIt`. */
async function followUntil(
  { url }: Started,
  isIt: (summaries: readonly ExchangeSummary[], removed: readonly string[]) => boolean,
): Promise<void> {
  const response = await fetch(`${url}/exchanges`, { headers: { accept: 'text/event-stream' } });
  const known = new Map<string, ExchangeSummary>();
  const removed: string[] = [];
  let text = '';
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const frames = (text + part).split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const [, event, data = ''] = /^event: (\w+)\ndata: (.*)$/s.exec(frame) ?? [];
      if (event === 'list') {
        for (const summary of (JSON.parse(data) as ExchangeList).exchanges) known.set(summary.id, summary);
      } else if (event === 'exchange') {
        const summary = JSON.parse(data) as ExchangeSummary;
        known.set(summary.id, summary);
      } else if (event === 'removed') removed.push(...(JSON.parse(data) as string[]));
      if (isIt([...known.values()], removed)) return;
    }
  }
}

describe('of a streamed exchange', () => {
  it('tells who asked, what it cost and how it ended', async () => {
    const { upstream, ask, list } = await serveInspector();
    upstream.answer(
      streamAnswer(
        progressChunk(100, 80, 100),
        textChunk('Hel'),
        textChunk('lo'),
        finishChunk('stop'),
        usageChunk(100, 2, 80),
      ),
    );
    const response = await ask();
    await response.text();
    expect(await list()).toEqual([
      expect.objectContaining({
        id: response.headers.get('request-id'),
        client: 'curl 8.5.0',
        title: 'Hello',
        model: 'claude-sonnet-4-5',
        upstreamModel: 'demo-model-q8_0.gguf',
        streamed: true,
        state: 'completed',
        tokens: { input: 20, cached: 80, output: 2 },
        stopReason: 'end_turn',
        firstTokenMs: expect.any(Number),
        durationMs: expect.any(Number),
      }),
    ]);
  });

  it('has the request as received, the chat request as sent, and the events as sent', async () => {
    const { upstream, ask, newest } = await serveInspector();
    upstream.answer(
      streamAnswer(
        progressChunk(10, 0, 10),
        toolCallChunk({ index: 0, id: 'call_1', name: 'look', arguments: '{"at": 1}' }),
        finishChunk('tool_calls'),
        usageChunk(10, 5),
      ),
    );
    const tools = [
      { name: 'look', input_schema: { type: 'object', properties: { at: { type: 'number' } } } },
    ];
    const response = await ask({ system: 'Be brief.', tools, unknown_field: [1] });
    const sent = await response.text();
    const detail = await newest();
    expect(detail.request).toMatchObject({
      truncated: false,
      value: { model: 'claude-sonnet-4-5', system: 'Be brief.', unknown_field: [1] },
    });
    expect(detail.chatRequests).toMatchObject([{ attempt: 1, upstream: 'default', server: 'llama-server' }]);
    const { stream: _stream, ...asked } = upstream.chatCalls[0]?.body ?? {};
    expect(asked).toMatchObject(detail.chatRequests[0]?.chat.value as object);
    const frames = detail.events.map(({ event, data }) => `event: ${event}\ndata: ${data}\n\n`);
    expect(frames.join('')).toBe(sent);
    expect(detail.events.map(({ atMs }) => atMs)).toEqual(
      detail.events.map(({ atMs }) => atMs).toSorted((left, right) => left - right),
    );
  });

  it('never has a key in it', async () => {
    const { ask, newest, url } = await serveInspector();
    await (await ask()).text();
    const detail = await newest();
    expect(detail.headers['x-api-key']).toBe('••••wxyz');
    const everything = [
      JSON.stringify(detail),
      await (await fetch(`${url}/exchanges.jsonl`)).text(),
      await (await fetch(`${url}/exchanges`)).text(),
    ].join('');
    expect(everything).not.toContain(clientKey);
  });
});

it('shows an answer that is not streamed as one event', async () => {
  const { ask, newest } = await serveInspector();
  const answer = await (await ask({ stream: false })).text();
  const detail = await newest();
  expect(detail.events).toEqual([{ atMs: expect.any(Number), event: 'message', data: answer }]);
  expect(detail.state).toBe('completed');
});

it('tells what the client was told of a failure, and what it was not', async () => {
  const { upstream, ask, newest } = await serveInspector();
  upstream.answer(errorAnswer(500, 'server_error', 'CUDA out of memory'));
  expect((await ask()).status).toBe(500);
  const { state, error, tokens } = await newest();
  expect(state).toBe('failed');
  expect(error?.status).toBe(500);
  expect(`${error?.message} ${error?.cause}`).toContain('CUDA out of memory');
  expect(tokens?.output).toBe(0);
});

it('follows an exchange from its prompt to its end', async () => {
  const started = await serveInspector();
  const gates = [createGate(), createGate()] as const;
  started.upstream.answer(
    streamAnswer(
      progressChunk(1_000, 0, 400),
      gates[0].opened,
      textChunk('Well'),
      gates[1].opened,
      finishChunk('stop'),
      usageChunk(1_000, 1),
    ),
  );
  const text = started.ask().then((response) => response.text());
  await followUntil(
    started,
    ([summary]) => summary?.state === 'prompt' && summary.reading?.processed === 400,
  );
  gates[0].open();
  await followUntil(started, ([summary]) => summary?.state === 'answering');
  gates[1].open();
  await text;
  await followUntil(started, ([summary]) => summary?.state === 'completed');
});

it('says when a client has left', async () => {
  const started = await serveInspector();
  const never = createGate();
  started.upstream.answer(streamAnswer(progressChunk(10, 0, 10), textChunk('Well'), never.opened));
  const leaving = new AbortController();
  const response = await started.ask({}, { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  await followUntil(started, ([summary]) => summary?.state === 'aborted');
});

it('tells where the prompt left the cached prefix', async () => {
  const { ask, newest } = await serveInspector();
  const metadata = { user_id: 'somebody' };
  await (await ask({ metadata, system: `Today is Monday. ${'Be brief. '.repeat(300)}` })).text();
  expect((await newest()).prefixBreak).toBeUndefined();
  await (await ask({ metadata, system: `Today is Tuesday. ${'Be brief. '.repeat(300)}` })).text();
  expect((await newest()).prefixBreak).toMatchObject({ where: 'system', lostCharacters: expect.any(Number) });
});

describe('the sections of a prompt', () => {
  const request = {
    system: 'Be brief.',
    tools: [{ name: 'look', description: 'Looks around. '.repeat(20), input_schema: { type: 'object' } }],
  };

  it('are counted by the upstream, of the prompt with and without them', async () => {
    const counts = { all: 1_000, withoutTools: 150, bare: 50 };
    const { upstream, ask, newest } = await serveInspector({
      countTokens: async (chat) => {
        const hasSystem = chat.messages.some(({ role }) => role === 'system');
        const tokens = chat.tools ? counts.all : hasSystem ? counts.withoutTools : counts.bare;
        return { tokens, exact: true };
      },
    });
    upstream.answer(streamAnswer(...textAnswerChunks('Hi')));
    await (await ask(request)).text();
    expect((await newest()).sections).toEqual({ tools: 850, system: 100, messages: 50, counted: true });
  });

  it('are shared out by length where it cannot count', async () => {
    const { upstream, ask, newest } = await serveInspector({
      countTokens: async () => ({ tokens: 7, exact: false }),
    });
    upstream.answer(
      streamAnswer(
        progressChunk(400, 100, 400),
        textChunk('Hi'),
        finishChunk('stop'),
        usageChunk(400, 1, 100),
      ),
    );
    await (await ask(request)).text();
    const { sections } = await newest();
    if (!sections) throw new Error('There are no sections');
    expect(sections.counted).toBe(false);
    expect(sections.system + sections.tools + sections.messages).toBe(400);
    expect(sections.tools).toBeGreaterThan(300);
  });
});

it('forgets all when asked to, and tells who watches', async () => {
  const started = await serveInspector();
  const response = await started.ask();
  await response.text();
  const id = response.headers.get('request-id');
  const forgotten = followUntil(started, (_summaries, removed) => id !== null && removed.includes(id));
  // Whoever follows has the list first.
  await followUntil(started, (summaries) => summaries.length === 1);
  const cleared = await fetch(`${started.url}/exchanges`, { method: 'DELETE' });
  expect(cleared.status).toBe(204);
  await forgotten;
  expect(await started.list()).toEqual([]);
});

it('exports each exchange as a line of JSON, oldest first', async () => {
  const { url, ask } = await serveInspector();
  for (const content of ['one', 'two']) {
    await (await ask({ messages: [{ role: 'user', content }] })).text();
  }
  const response = await fetch(`${url}/exchanges.jsonl`);
  expect(response.headers.get('content-disposition')).toContain('exchanges.jsonl');
  const lines = (await response.text()).trimEnd().split('\n');
  const details = lines.map((line) => JSON.parse(line) as ExchangeDetail);
  expect(details.map(({ title }) => title)).toEqual(['one', 'two']);
  expect(details[0]?.chatRequests[0]?.chat.value).toMatchObject({
    messages: [{ role: 'user', content: 'one' }],
  });
  expect(details[1]?.events.at(-1)?.event).toBe('message_stop');
});

it('answers what it does not know with a sentence', async () => {
  const { url } = await serveInspector();
  for (const [method, path] of [
    ['GET', '/exchanges/req_none'],
    ['PUT', '/exchanges'],
    ['GET', '/exchanges/../x'],
  ] as const) {
    const response = await fetch(url + path, { method });
    expect(response.status).toBe(404);
  }
});
