import { expect, test } from 'vitest';
import { readAnswerText } from './answer-text.ts';

test.each([
  [
    'the Messages API',
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n',
  ],
  [
    'the chat API',
    'data: {"choices":[{"index":0,"delta":{"content":null}}]}\n\ndata: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata: [DONE]\n\n',
  ],
])('reads the text of a stream of %s', (_api, stream) => {
  expect(readAnswerText(stream)).toBe('Hi');
});
