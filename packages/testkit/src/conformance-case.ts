import type { MessageStreamEvent, MessagesOptions } from '@llama-messages/core';
import type { ExpectStatic } from 'vitest';
import type { Client, ClientResponse } from './client.ts';
import type { ScriptedCall, ScriptedLlamaServer, ScriptedServerOptions } from './scripted-llama-server.ts';

/** The adapter under test and what stands behind it. */
export interface TestedServer {
  /** Of the adapter, with the path that it is mounted at and no slash at the end. */
  readonly url: string;
  readonly client: Client;
  readonly upstream: ScriptedLlamaServer;
}

/** What a case gets; everything else it does over HTTP, so that it holds for every adapter. */
export interface CaseContext extends TestedServer {
  readonly expect: ExpectStatic;
  /** Starts another server with these options, in front of a scripted upstream of its own; both are closed after the case. */
  createServer(options: Partial<MessagesOptions>, upstream?: ScriptedServerOptions): Promise<TestedServer>;
}

/** One thing that every adapter owes its clients. */
export interface ConformanceCase {
  /** Never changes, so that skips and pages can name it. */
  readonly id: string;
  readonly title: `MUST ${string}` | `SHOULD ${string}`;
  run(context: CaseContext): Promise<void>;
}

/** The model name that cases ask for; no upstream knows it. */
export const askedModel = 'claude-test';

/** Returns a request with one user turn. */
export function requestOf(text: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { model: askedModel, max_tokens: 64, messages: [{ role: 'user', content: text }], ...more };
}

/** Returns the same request as a stream. */
export function streamOf(text: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return requestOf(text, { stream: true, ...more });
}

/** Reads a stream of one text to its end and returns the text; throws unless `message_stop` came. */
export async function readStreamedText(events: AsyncIterable<MessageStreamEvent>): Promise<string> {
  let text = '';
  let last: MessageStreamEvent | undefined;
  for await (const event of events) {
    last = event;
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
  }
  if (last?.type !== 'message_stop') throw new Error(`the stream ended with ${JSON.stringify(last)}`);
  return text;
}

/** Returns the messages of a chat request as the upstream got them. */
export function sentMessages(call: ScriptedCall | undefined): { role: string; content: string }[] {
  return (call?.body?.['messages'] ?? []) as { role: string; content: string }[];
}

/** What {@link expectError} asks for. */
export interface ExpectedError {
  readonly status: number | readonly number[];
  readonly type: string | readonly string[];
  readonly message?: RegExp;
  /** What the SDKs read as `errorCode`. */
  readonly code?: string;
}

/** Reads an error answer and asserts its whole shape: status, envelope, ids, and that nothing of the inside shows. */
export async function expectError(
  { expect }: Pick<CaseContext, 'expect'>,
  response: ClientResponse,
  expected: ExpectedError,
): Promise<void> {
  const text = await response.text();
  const label = `${response.status} ${text.slice(0, 300)}`;
  expect([expected.status].flat(), label).toContain(response.status);
  expect(response.headers['content-type'], label).toMatch(/^application\/json/);
  const body = JSON.parse(text) as {
    type: string;
    error: { type: string; message: string; details?: { error_code?: string } };
    request_id: string;
  };
  expect(body.type, label).toBe('error');
  expect([expected.type].flat(), label).toContain(body.error.type);
  expect(body.error.message, label).not.toBe('');
  if (expected.message) expect(body.error.message, label).toMatch(expected.message);
  if (expected.code) expect(body.error.details?.error_code, label).toBe(expected.code);
  expect(body.request_id, label).toBe(response.headers['request-id']);
  expect(body.request_id, label).toMatch(/^req_/);
  expect(text, 'a stack trace reaches the client').not.toMatch(/\.[jt]s:\d+|node_modules|\\n +at /);
}
