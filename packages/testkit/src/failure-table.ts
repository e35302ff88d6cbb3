import { httpClient } from '@llama-messages/core/node';
import type { HttpCall, HttpClient, MessagesOptions } from '@llama-messages/core';
import {
  type Answer,
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

/** What a client gets, in the order in which it can come. */
export type Outcome =
  /** The whole answer. */
  | { readonly kind: 'answer' }
  /** No answer yet, but `ping` events (streamed) or nothing (unstreamed); the model server stops when the client leaves. */
  | { readonly kind: 'waits' }
  /** A status and an error body. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly type: string;
      readonly message: RegExp;
      readonly retryAfter?: boolean;
    }
  /** `message_start`, blocks of these kinds as far as they came, all closed, then `event: error`. */
  | {
      readonly kind: 'event';
      readonly type: string;
      readonly message: RegExp;
      readonly blocks: readonly ('text' | 'thinking' | 'tool_use')[];
    };

/** What a row does to the model server, for a while. */
export interface Trouble {
  /** Answers of `POST /v1/chat/completions` in order; after them it answers well. */
  readonly answers?: () => readonly Answer[];
  /** Answers of every route. */
  readonly everywhere?: () => Answer;
  /** The port is closed. */
  readonly isDown?: boolean;
  /** Another process takes the port, with another model, after a first good answer. */
  readonly restarts?: boolean;
  readonly options?: Partial<MessagesOptions>;
}

/** One way for a model server to fail, and what clients see of it. */
export interface Failure {
  /** What happens, in a reader's words. */
  readonly what: string;
  readonly trouble: Trouble;
  readonly streamed: Outcome;
  readonly unstreamed: Outcome;
}

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

/** Every way to fail that is tested, by when it happens. Functions are called anew for each request. */
export const failures: Readonly<Record<string, readonly (() => Failure)[]>> = {
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
      trouble: { answers: () => [streamAnswer(new Uint8Array([0, 255, 254, 10, 10]), 'data: \u0000{]\n\n')] },
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
      streamed: { kind: 'event', type: 'api_error', message: /^The model server failed/, blocks: ['text'] },
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
      trouble: { answers: () => [streamAnswer(...begun, never())], options: { pingIntervalMs: 20 } },
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
      what: 'the connection dies behind `[DONE]`',
      trouble: { answers: () => [resetStreamAnswer(...textAnswerChunks('fine'), 'data: [DONE]\n\n')] },
      streamed: whole,
      unstreamed: whole,
    }),
    () => ({
      what: 'the connection dies behind the finish reason, without `[DONE]`',
      trouble: { answers: () => [resetStreamAnswer(...textAnswerChunks('fine'))] },
      streamed: cutAfter('text'),
      unstreamed: cut,
    }),
  ],
};

/** Returns the table as Markdown. */
export function toFailureTable(groups: typeof failures): string {
  return Object.entries(groups)
    .map(([phase, rows]) =>
      [
        `## ${phase}`,
        '',
        '| what the model server does | `stream: true` | `stream: false` |',
        '| --- | --- | --- |',
        ...rows.map((row) => {
          const { what, streamed, unstreamed } = row();
          return `| ${what} | ${describeOutcome(streamed, true)} | ${describeOutcome(unstreamed, false)} |`;
        }),
      ].join('\n'),
    )
    .join('\n\n');
}

function describeOutcome(outcome: Outcome, streamed: boolean): string {
  switch (outcome.kind) {
    case 'answer':
      return 'the whole answer';
    case 'waits':
      return `waits${streamed ? ', with `ping` events' : ', with white space after a minute'}; stopped within a second when the client leaves`;
    case 'status':
      return `${outcome.status} \`${outcome.type}\`: ${said(outcome.message)}${outcome.retryAfter ? ', with `retry-after`' : ''}`;
    case 'event': {
      const blocks =
        outcome.blocks.length > 0
          ? `${outcome.blocks.map((type) => `\`${type}\``).join(', ')} as far as it came`
          : '`message_start`';
      return `${blocks}, then \`event: error\` \`${outcome.type}\`: ${said(outcome.message)}`;
    }
    default:
      return outcome satisfies never;
  }
}

const said = (message: RegExp) => `“${message.source.replace('^', '')}…”`;
