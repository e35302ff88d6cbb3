import { request as httpRequest } from 'node:http';
import { type Answer, type AnswerStep, afterAnswer, fixtureAnswer, frame, streamAnswer } from '../answer.ts';
import { deltaChunk, finishChunk, progressChunk, textChunk } from '../chat-chunks.ts';
import { type ConformanceCase, requestOf, streamOf } from '../conformance-case.ts';
import { createGate, within } from '../gate.ts';
import type { ScriptedCall } from '../scripted-llama-server.ts';

const limitMs = 1_000;
const never = () => createGate().opened;
const begun = [
  progressChunk(10, 0, 10),
  deltaChunk({ role: 'assistant', content: null }),
  textChunk('Once upon a time'),
];

const blockBytes = 64 * 1024;
const blocks = 1024;

/** 64 MiB of answer, made as it is read. */
function* flood(): Answer & Generator<AnswerStep> {
  yield { type: 'head', status: 200, contentType: 'text/event-stream' };
  const data = frame(textChunk('x'.repeat(blockBytes)));
  for (let count = 0; count < blocks; count += 1) yield { type: 'write', data };
  yield { type: 'end' };
}

/** Resolves when the upstream has not been able to write for a while: nothing else tells that buffers are full. */
async function stalled(call: ScriptedCall): Promise<number> {
  let before = 0;
  for (let quiet = 0; quiet < 4;) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    quiet = call.bytesSent === before ? quiet + 1 : 0;
    before = call.bytesSent;
  }
  return before;
}

/** What happens upstream when the client goes away: every second of it is GPU time. */
export const disconnectCases: readonly ConformanceCase[] = [
  ...([true, false] as const).flatMap((stream): ConformanceCase[] => {
    const how = stream ? 'streamed' : 'unstreamed';
    const request = stream ? streamOf('Hello') : requestOf('Hello');
    return [
      {
        id: `disconnect.before-headers.${how}`,
        title: `MUST stop the upstream within 1 s when the client leaves before the upstream answered, ${how}`,
        run: async ({ client, upstream }) => {
          upstream.answer(afterAnswer(never(), streamAnswer()));
          const pending = client.send('POST', '/v1/messages', { body: request });
          const call = await within(upstream.nextCall(), 3_000, 'the request reaches the upstream');
          pending.destroy();
          await within(call.closed, limitMs, 'the upstream connection is closed');
        },
      },
      {
        id: `disconnect.idle.${how}`,
        title: `MUST stop the upstream within 1 s when the client leaves between two tokens, ${how}`,
        run: async ({ client, upstream }) => {
          const sent = createGate();
          upstream.answer(lazily(begun, sent.open));
          const pending = client.send('POST', '/v1/messages', { body: request });
          const call = await within(upstream.nextCall(), 3_000, 'the request reaches the upstream');
          if (stream) {
            const response = await within(pending.response, 3_000, 'a status line');
            for await (const event of response.events()) if (event.type === 'content_block_delta') break;
          } else await within(sent.opened, 3_000, 'the upstream has begun');
          pending.destroy();
          await within(call.closed, limitMs, 'the upstream connection is closed');
        },
      },
    ];
  }),
  {
    id: 'disconnect.after-grace',
    title: 'MUST stop the upstream within 1 s when the client leaves while it only gets pings',
    run: async ({ createServer }) => {
      const { client, upstream } = await createServer({ graceMs: 20, pingIntervalMs: 20 });
      upstream.answer(afterAnswer(never(), streamAnswer()));
      const response = await within(client.messages(streamOf('Hello')), 2_000, 'a status line');
      const call = await upstream.nextCall();
      for await (const event of response.events()) if (event.type === 'ping') break;
      response.destroy();
      await within(call.closed, limitMs, 'the upstream connection is closed');
    },
  },
  {
    id: 'disconnect.blocked',
    title:
      'MUST read no more from the upstream than a slow client takes, and stop it when that client leaves',
    run: async ({ client, upstream, expect }) => {
      upstream.answer(flood());
      const response = await client.messages(streamOf('Hello'));
      response.pause();
      const call = await upstream.nextCall();
      const bytes = await within(stalled(call), 8_000, 'the upstream is held back');
      // The kernel's buffers of two connections take some MiB; the rest would be memory of the server.
      expect(bytes).toBeLessThan((blocks * blockBytes) / 2);
      response.destroy();
      await within(call.closed, limitMs, 'the upstream connection is closed');
    },
  },
  {
    id: 'disconnect.slow-client-gets-all',
    title: 'MUST deliver everything to a client that pauses and reads on',
    run: async ({ client, upstream, expect }) => {
      const piece = 'y'.repeat(blockBytes);
      upstream.answer(
        streamAnswer(...begun, ...Array.from({ length: 200 }, () => textChunk(piece)), finishChunk('stop')),
      );
      const response = await client.messages(streamOf('Hello'));
      response.pause();
      const call = await upstream.nextCall();
      await Promise.race([stalled(call), call.answered]);
      let length = 0;
      for await (const event of response.events())
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
          length += event.delta.text.length;
      expect(length).toBe('Once upon a time'.length + 200 * blockBytes);
    },
  },
  {
    id: 'disconnect.cold-start',
    title: 'MUST NOT fail a second client when the first leaves while the upstream is asked for its models',
    run: async ({ createServer, expect }) => {
      const { client, upstream } = await createServer({});
      const asked = createGate();
      const gate = createGate();
      upstream.on('GET /props', () => {
        asked.open();
        return afterAnswer(gate.opened, fixtureAnswer('props'));
      });
      const leaving = client.send('POST', '/v1/messages', { body: streamOf('one') });
      await within(asked.opened, 2_000, 'the upstream is asked what it is');
      const staying = client.send('POST', '/v1/messages', { body: requestOf('two') });
      leaving.destroy();
      gate.open();
      const response = await within(staying.response, 3_000, 'the answer of the second client');
      expect(response.status, await response.text()).toBe(200);
    },
  },
  {
    id: 'disconnect.mid-body',
    title: 'MUST go on serving when a client leaves in the middle of its request',
    run: async ({ url, client, upstream, expect }) => {
      const headers = { 'content-type': 'application/json', 'content-length': '100000' };
      const leaving = httpRequest(`${url}/v1/messages`, { method: 'POST', headers, agent: false });
      const left = new Promise((resolve) => leaving.once('close', resolve));
      leaving.on('error', () => {});
      await new Promise((resolve) => leaving.write('{"model":"claude-test",', resolve));
      leaving.destroy();
      await left;
      const response = await client.messages(requestOf('Hello'));
      expect(response.status, await response.text()).toBe(200);
      expect(upstream.chatCalls).toHaveLength(1);
    },
  },
  {
    id: 'disconnect.others-go-on',
    title: 'MUST NOT disturb other streams when one client leaves',
    run: async ({ createServer, expect }) => {
      const { client, upstream } = await createServer({});
      const gate = createGate();
      upstream.answer(
        streamAnswer(...begun, never()),
        streamAnswer(...begun, gate.opened, textChunk('. End'), finishChunk('stop')),
      );
      const leaving = await client.messages(streamOf('one'));
      const call = await upstream.nextCall();
      const staying = await client.messages(streamOf('two'));
      leaving.destroy();
      await within(call.closed, limitMs, 'the upstream connection is closed');
      gate.open();
      let text = '';
      for await (const event of staying.events())
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
          text += event.delta.text;
      expect(text).toBe('Once upon a time. End');
    },
  },
];

/** A stream that says when it was sent and then stays open. */
function* lazily(chunks: readonly unknown[], onSent: () => void): Generator<AnswerStep> {
  yield { type: 'head', status: 200, contentType: 'text/event-stream' };
  for (const chunk of chunks) yield { type: 'write', data: frame(chunk) };
  onSent();
  yield { type: 'wait', until: never() };
}
