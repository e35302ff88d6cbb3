import { describe, expect, it } from 'vitest';
import type { Message } from '../messages/types.ts';
import { createFrameWriter } from '../stream/frame-writer.ts';
import { createMessageStream } from '../stream/message-stream.ts';
import { createCollectingSink } from './collecting-sink.ts';

function start() {
  const writer = createFrameWriter('req_1');
  const messages: Message[] = [];
  const framesBefore: string[] = [];
  const sink = createCollectingSink(writer, (message) => {
    messages.push(message);
    framesBefore.push(writer.take());
  });
  const stream = createMessageStream(sink, {
    messageId: 'msg_1',
    plan: { model: 'm', stopSequences: [], hideThinking: false, discardOutput: false },
    estimateInputTokens: () => 1,
  });
  return { writer, sink, stream, messages, framesBefore };
}

describe('createCollectingSink', () => {
  it('tells the whole message before message_stop is written, and writes every frame', () => {
    const { writer, stream, messages, framesBefore } = start();
    const call = { index: 0, id: 'call_1', function: { name: 'f', arguments: '{"x":' } };
    stream.push({ choices: [{ delta: { reasoning_content: 'hm' } }] });
    stream.push({ choices: [{ delta: { content: 'text' } }] });
    stream.push({ choices: [{ delta: { tool_calls: [call] } }] });
    stream.push({ choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '1}' } }] } }] });
    stream.push({ choices: [{ delta: {}, finish_reason: 'tool_calls' }] });
    stream.end();

    expect(messages).toMatchObject([
      {
        id: 'msg_1',
        stop_reason: 'tool_use',
        content: [
          { type: 'thinking', thinking: 'hm', signature: expect.stringMatching(/./) },
          { type: 'text', text: 'text' },
          { type: 'tool_use', id: 'call_1', name: 'f', input: { x: 1 } },
        ],
      },
    ]);
    const written = framesBefore.join('');
    const signature = messages[0]?.content[0]?.type === 'thinking' ? messages[0].content[0].signature : '';
    expect(written).toContain(JSON.stringify(signature));
    expect(written).toContain('"type":"message_delta"');
    expect(written).not.toContain('message_stop');
    expect(writer.take()).toContain('message_stop');
  });

  it('has no message when the answer fails', () => {
    const { writer, stream, messages } = start();
    stream.push({ choices: [{ delta: { content: 'half' } }] });
    stream.fail(new Error('gone'));
    expect(messages).toEqual([]);
    expect(writer.take()).toContain('event: error');
  });

  it('passes pings on', () => {
    const { writer, sink } = start();
    sink.ping();
    expect(writer.take()).toContain('event: ping');
  });
});
