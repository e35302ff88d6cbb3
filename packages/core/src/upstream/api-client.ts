import { toChatPieces } from '../chat/chat-pieces.ts';
import { MessagesError } from '../errors.ts';
import { type ChatItem, readChatStream, readText } from './chat-stream.ts';
import { toNetworkError, toUpstreamError } from './errors.ts';
import type { HttpAnswer, HttpCall, HttpClient } from './http-client.ts';
import type { PushIterable } from '../sink.ts';
import type { UpstreamCall } from './upstream.ts';

export interface ApiClientOptions {
  /** Base URL, with or without a trailing `/v1`. */
  readonly url: string | URL;
  readonly apiKey?: string | undefined;
  /** More headers for every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly httpClient: HttpClient;
}

/** The calls that upstream servers have in common. Every failure is a {@link MessagesError} in the client's terms. */
export interface ApiClient {
  /** Starts a streamed chat completion; resolves when the server has accepted it. */
  chat(body: object, call: UpstreamCall): Promise<PushIterable<readonly ChatItem[]>>;
  /** Returns the answer to a request for JSON, and throws if it is no success. */
  json(method: 'GET' | 'POST', path: string, body: object | undefined, call: UpstreamCall): Promise<unknown>;
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const base = String(options.url)
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\/v1$/, '');
  const headers: Readonly<Record<string, string>> = Object.freeze({
    accept: 'application/json',
    ...options.headers,
    ...(options.apiKey !== undefined && { authorization: `Bearer ${options.apiKey}` }),
  });
  const headersOfBody = Object.freeze({ ...headers, 'content-type': 'application/json' });

  async function send(
    method: 'GET' | 'POST',
    path: string,
    body: object | undefined,
    call: UpstreamCall,
    streamed: boolean,
  ): Promise<HttpAnswer> {
    let answer: HttpAnswer;
    try {
      answer = await options.httpClient({
        method,
        url: base + path,
        headers: withMore(body === undefined ? headers : headersOfBody, call.headers),
        body: body && toChatPieces(body),
        signal: call.signal,
        streamed,
      });
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw toUpstreamError(answer.status, await readText(answer.body, 64 * 1024));
    } catch (error) {
      call.signal.throwIfAborted();
      throw toNetworkError(error);
    }
  }

  return {
    chat: (body, call) =>
      send('POST', '/v1/chat/completions', body, call, true).then((answer) => toChat(answer, call.signal)),
    async json(method, path, body, call) {
      const answer = await send(method, path, body, call, false);
      const text = await readText(answer.body);
      try {
        return JSON.parse(text);
      } catch (cause) {
        throw new MessagesError('api_error', 'The model server answered something that is not JSON', {
          cause,
        });
      }
    },
  };
}

function toChat(answer: HttpAnswer, signal: AbortSignal): PushIterable<readonly ChatItem[]> | Promise<never> {
  const type = answer.headers.get('content-type') ?? '';
  return type.startsWith('text/event-stream') ? readChatStream(answer, signal) : refuse(answer);
}

/** A 200 with an error or a page in it. */
async function refuse(answer: HttpAnswer): Promise<never> {
  throw toUpstreamError(500, await readText(answer.body, 64 * 1024));
}

/** Returns `headers` themselves if there are no more. */
function withMore(headers: HttpCall['headers'], more: UpstreamCall['headers']): HttpCall['headers'] {
  return more === undefined || Object.keys(more).length === 0 ? headers : { ...more, ...headers };
}
