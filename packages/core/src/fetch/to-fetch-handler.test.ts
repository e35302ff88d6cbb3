import { expect, it } from 'vitest';
import { createEventStream, type FrameSink } from '../event-stream.ts';
import { createMessagesHandler } from '../handler.ts';
import { toFetchHandler } from './to-fetch-handler.ts';

interface Source {
  /** Writes the body; the signal is that of the exchange. */
  (sink: FrameSink, signal: AbortSignal): Promise<string | void>;
}

/** Returns the response whose body `source` writes. */
async function respond(
  source: Source,
  signal: AbortSignal = new AbortController().signal,
): Promise<Response> {
  const handle = toFetchHandler({
    ...createMessagesHandler({ upstream: 'http://127.0.0.1:9' }),
    handle: async (request) => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: createEventStream(
        async (sink) => (await source(sink, request.signal)) ?? '',
        () => {},
      ),
    }),
  });
  return handle(new Request('http://host/v1/messages', { method: 'POST', body: '{}', signal }));
}

function readerOf({ body }: Response): ReadableStreamDefaultReader<Uint8Array> {
  if (!body) throw new Error('The response has no body');
  return body.getReader();
}

/** Lets everything run that waits for nothing but its turn. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Writes until the signal aborts, with backpressure, and counts. */
function createEndless() {
  const endless = {
    written: 0,
    isOver: false,
    async source(sink: FrameSink, signal: AbortSignal) {
      while (!signal.aborted) {
        endless.written += 1;
        if (!sink.write(`frame ${endless.written}`)) await sink.ready();
        // As reads of an upstream, each in a turn of its own.
        await settled();
      }
      endless.isOver = true;
    },
  };
  return endless;
}

it('gives a reader all that is written, in order, and ends', async () => {
  const frames = ['event: a\ndata: "one"\n\n', 'event: b\ndata: "zwölf 🦙"\n\n', 'event: c\ndata: 3\n\n'];
  const response = await respond(async (sink) => {
    for (const frame of frames) sink.write(frame);
    await settled();
    sink.write('event: d\ndata: 4\n\n');
  });

  expect(await response.text()).toBe(`${frames.join('')}event: d\ndata: 4\n\n`);
});

it('takes nothing from the exchange before somebody reads, and never more than one write ahead', async () => {
  const endless = createEndless();
  const reader = readerOf(await respond(endless.source));
  await settled();
  expect(endless.written).toBe(0);

  for (let read = 1; read <= 4; read += 1) {
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe(`frame ${read}`);
    for (let turn = 0; turn < 10; turn += 1) await settled();
    expect(endless.written).toBeLessThanOrEqual(read + 1);
  }
  await reader.cancel();
});

it('has stopped the exchange when the promise of a cancellation resolves', async () => {
  const endless = createEndless();
  const reader = readerOf(await respond(endless.source));
  await reader.read();

  await reader.cancel();
  expect(endless.isOver).toBe(true);
});

it('stops the exchange of a reader that neither reads on nor cancels when the request aborts', async () => {
  const endless = createEndless();
  const client = new AbortController();
  const reader = readerOf(await respond(endless.source, client.signal));
  await reader.read();
  for (let turn = 0; turn < 10; turn += 1) await settled();

  client.abort();
  await expect.poll(() => endless.isOver).toBe(true);
});

it('breaks the stream of a body that could not be completed', async () => {
  const response = await respond(async (sink) => {
    sink.write(' ');
    await settled();
    sink.destroy();
  });

  await expect(response.text()).rejects.toThrow('The answer could not be completed');
});
