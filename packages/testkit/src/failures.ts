import { httpClient } from '@llama-messages/core/node';
import type { HttpCall, HttpClient, MessagesOptions } from '@llama-messages/core';
import {
  afterAnswer,
  cutStreamAnswer,
  errorAnswer,
  resetAnswer,
  resetStreamAnswer,
  streamAnswer,
  textAnswer,
} from './answer.ts';
import {
  errorChunk,
  finishChunk,
  progressChunk,
  reasoningChunk,
  textAnswerChunks,
  textChunk,
  toolCallChunk,
} from './chat-chunks.ts';
import type { FailureGroups, Outcome } from './failure-table.ts';

const never = () => new Promise<never>(() => {});
const begun = [progressChunk(10, 0, 10), textChunk('Once upon')];
const call = [
  progressChunk(10, 0, 10),
  reasoningChunk('I look.'),
  toolCallChunk({ index: 0, id: 'call1', name: 'look', arguments: '{"at":"s' }),
];
const good = () => streamAnswer(...textAnswerChunks('fine'));

const whole: Outcome = { kind: 'answer' };
const down: Outcome = {
  kind: 'status',
  status: 529,
  type: 'overloaded_error',
  message: /^The model server cannot be reached/,
  retryAfter: true,
};
const loading: Outcome = { ...down, message: /^The model is still loading/ };
const cut: Outcome = {
  kind: 'status',
  status: 500,
  type: 'api_error',
  message: /^The model server broke off its answer/,
};
const failed: Outcome = { ...cut, message: /^The model server failed/ };
const cutAfter = (...blocks: ('text' | 'thinking' | 'tool_use')[]): Outcome => ({
  kind: 'event',
  type: 'api_error',
  message: /^The model server broke off its answer/,
  blocks,
});

/** Calls a host that no name server knows, as long as `isUnknown`. */
function unknownHost(isUnknown: () => boolean): HttpClient {
  return (one: HttpCall) =>
    httpClient(isUnknown() ? { ...one, url: one.url.replace(/\/\/[^/]+/, '//model.invalid') } : one);
}

/** Returns options whose host cannot be found for the first `requests` calls. */
function noHost(requests: number): Partial<MessagesOptions> {
  let left = requests;
  return { httpClient: unknownHost(() => left-- > 0) };
}

/** Every way to fail that is tested, by when it happens. */
export const failures: FailureGroups = {
  'Before anything was sent': [
    () => ({
      what: 'nothing listens at the address',
      trouble: { isDown: true },
      streamed: down,
      unstreamed: down,
    }),
    () => ({
      what: "the host's name is unknown",
      trouble: { options: noHost(1) },
      streamed: down,
      unstreamed: down,
    }),
    () => ({
      what: 'the model is being loaded, for longer than `loadingTimeoutMs`',
      trouble: {
        everywhere: () => errorAnswer(503, 'unavailable_error', 'Loading model'),
        options: { loadingTimeoutMs: 0 },
      },
      streamed: loading,
      unstreamed: loading,
    }),
    () => ({
      what: 'the model is being loaded, and ready within `loadingTimeoutMs`',
      trouble: { answers: () => [errorAnswer(503, 'unavailable_error', 'Loading model'), good()] },
      streamed: whole,
      unstreamed: whole,
    }),
    () => ({
      what: 'it was restarted with another model since the last request',
      trouble: { restarts: true },
      streamed: whole,
      unstreamed: whole,
    }),
  ],
  'Before the head of the answer': [
    () => ({
      what: 'the head is slow',
      trouble: {
        answers: () => [afterAnswer(new Promise((resolve) => setTimeout(resolve, 150)), good())],
        options: { graceMs: 20, pingIntervalMs: 20 },
      },
      streamed: whole,
      unstreamed: whole,
    }),
    () => ({
      what: 'the head never comes',
      trouble: {
        answers: () => [afterAnswer(never(), good())],
        options: { graceMs: 20, pingIntervalMs: 20 },
      },
      streamed: { kind: 'waits' },
      unstreamed: { kind: 'waits' },
    }),
    () => ({
      what: 'the connection dies',
      trouble: { answers: () => [resetAnswer()] },
      streamed: down,
      unstreamed: down,
    }),
    () => ({
      what: 'the connection dies after `graceMs`',
      trouble: {
        answers: () => [afterAnswer(new Promise((resolve) => setTimeout(resolve, 150)), resetAnswer())],
        options: { graceMs: 20 },
      },
      streamed: {
        kind: 'event',
        type: 'overloaded_error',
        message: /^The model server cannot be reached/,
        blocks: [],
      },
      unstreamed: down,
    }),
    () => ({
      what: 'it answers 500',
      trouble: { answers: () => [errorAnswer(500, 'server_error', 'something broke')] },
      streamed: failed,
      unstreamed: failed,
    }),
    () => ({
      what: 'a page of HTML comes, with status 200',
      trouble: { answers: () => [textAnswer(200, 'text/html', '<html>Welcome</html>')] },
      streamed: failed,
      unstreamed: failed,
    }),
  ],
  'Behind the head, before the first token': [
    () => ({
      what: 'the connection dies',
      trouble: { answers: () => [resetStreamAnswer()] },
      streamed: cut,
      unstreamed: cut,
    }),
    () => ({
      what: 'the stream ends',
      trouble: { answers: () => [cutStreamAnswer()] },
      streamed: cut,
      unstreamed: cut,
    }),
    () => ({
      what: 'the connection dies while the prompt is read',
      trouble: { answers: () => [resetStreamAnswer(progressChunk(10, 0))] },
      streamed: cutAfter(),
      unstreamed: cut,
    }),
    () => ({
      what: 'bytes come that are no stream of events',
      trouble: {
        answers: () => [streamAnswer(new Uint8Array([0, 255, 254, 10, 10]), 'data: \u0000{]\n\n')],
      },
      streamed: cut,
      unstreamed: cut,
    }),
    () => ({
      what: 'it stalls while the prompt is read',
      trouble: {
        answers: () => [streamAnswer(progressChunk(10, 0), never())],
        options: { pingIntervalMs: 20 },
      },
      streamed: { kind: 'waits' },
      unstreamed: { kind: 'waits' },
    }),
  ],
  'In the middle of a text': [
    () => ({
      what: 'the connection dies',
      trouble: { answers: () => [resetStreamAnswer(...begun)] },
      streamed: cutAfter('text'),
      unstreamed: cut,
    }),
    () => ({
      what: 'the stream ends without a reason',
      trouble: { answers: () => [cutStreamAnswer(...begun)] },
      streamed: cutAfter('text'),
      unstreamed: cut,
    }),
    () => ({
      what: 'it says that it failed',
      trouble: { answers: () => [cutStreamAnswer(...begun, errorChunk('out of memory'))] },
      streamed: {
        kind: 'event',
        type: 'api_error',
        message: /^The model server failed/,
        blocks: ['text'],
      },
      unstreamed: failed,
    }),
    () => ({
      what: 'something comes that is no JSON',
      trouble: { answers: () => [streamAnswer(...begun, 'data: {not json}\n\n')] },
      streamed: cutAfter('text'),
      unstreamed: cut,
    }),
    () => ({
      what: 'it stalls',
      trouble: {
        answers: () => [streamAnswer(...begun, never())],
        options: { pingIntervalMs: 20 },
      },
      streamed: { kind: 'waits' },
      unstreamed: { kind: 'waits' },
    }),
  ],
  'In the middle of a tool call': [
    () => ({
      what: 'the connection dies',
      trouble: { answers: () => [resetStreamAnswer(...call)] },
      streamed: cutAfter('thinking', 'tool_use'),
      unstreamed: cut,
    }),
    () => ({
      what: 'the stream ends without a reason',
      trouble: { answers: () => [cutStreamAnswer(...call)] },
      streamed: cutAfter('thinking', 'tool_use'),
      unstreamed: cut,
    }),
    () => ({
      what: 'it stalls',
      trouble: { answers: () => [streamAnswer(...call, never())], options: { pingIntervalMs: 20 } },
      streamed: { kind: 'waits' },
      unstreamed: { kind: 'waits' },
    }),
  ],
  'After the end': [
    () => ({
      what: 'it goes on behind `[DONE]`',
      trouble: {
        answers: () => [
          streamAnswer(
            ...textAnswerChunks('fine'),
            'data: [DONE]\n\n',
            textChunk('more'),
            finishChunk('stop'),
          ),
        ],
      },
      streamed: whole,
      unstreamed: whole,
    }),
    () => ({
      what: 'it answers a second time behind the finish reason',
      trouble: {
        answers: () => [
          streamAnswer(
            progressChunk(10, 0, 10),
            textChunk('fine'),
            finishChunk('stop'),
            textChunk('again'),
            finishChunk('stop'),
          ),
        ],
      },
      streamed: whole,
      unstreamed: whole,
    }),
    () => ({
      what: 'the connection dies behind `[DONE]`',
      trouble: {
        answers: () => [resetStreamAnswer(...textAnswerChunks('fine'), 'data: [DONE]\n\n')],
      },
      streamed: whole,
      unstreamed: whole,
    }),
    () => ({
      what: 'the connection dies behind the finish reason, without `[DONE]`',
      trouble: { answers: () => [resetStreamAnswer(...textAnswerChunks('fine'))] },
      streamed: whole,
      unstreamed: whole,
    }),
  ],
};
