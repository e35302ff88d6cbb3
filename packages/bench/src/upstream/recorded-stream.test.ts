import { expect, test } from 'vitest';
import { beforeToken, done, loadRecordedStream } from './recorded-stream.ts';

const stream = loadRecordedStream(true);

function parse(event: string): unknown {
  return event
    .split('\n\n')
    .filter(Boolean)
    .map((part) => JSON.parse(part.replace('data: ', '')) as unknown);
}

test('a token is a whole event of the stream that it belongs to', () => {
  expect(parse(`${beforeToken}"Hi"${stream.afterToken('chatcmpl-one')}`)).toMatchObject([
    {
      id: 'chatcmpl-one',
      object: 'chat.completion.chunk',
      choices: [{ finish_reason: null, index: 0, delta: { content: 'Hi' } }],
    },
  ]);
});

test('the progress of a prompt is as asked for', () => {
  expect(parse(stream.progress('chatcmpl-one', 5, 9))).toMatchObject([
    { id: 'chatcmpl-one', prompt_progress: { processed: 5, total: 9 } },
  ]);
});

test('a stream ends with a finish reason, its usage, and the mark behind it', () => {
  expect(parse(stream.end('chatcmpl-one'))).toMatchObject([
    { choices: [{ finish_reason: 'stop' }], __verbose: { stop_type: 'eos' } },
    { usage: { prompt_tokens: 20 }, timings: {} },
  ]);
  expect(done).toBe('data: [DONE]\n\n');
});
