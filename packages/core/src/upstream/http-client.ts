import type { HeaderReader } from '../http.ts';
import type { Source } from '../sink.ts';

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON as UTF-8, in pieces: what was sent before is not copied once more. `new Blob(body)` is all of it, for `fetch`. */
  readonly body?: readonly Uint8Array<ArrayBuffer>[] | undefined;
  readonly signal: AbortSignal;
  /**
   * The answer is a stream, so its connection is neither taken from nor returned to a pool: llama-server closes it
   * after the stream although it announces keep-alive, and the next request on it would be reset.
   */
  readonly streamed?: boolean | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: HeaderReader;
  /** Items are network reads. Leaving the iteration closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * The same as UTF-8 text, pushed; instead of {@link HttpAnswer.body}, and faster. A sink that is done closes the connection.
   */
  readonly pipeText?: Source<string> | undefined;
}

/**
 * Sends one request to an upstream server and resolves with the head of its answer. Sets no time limit: a prompt may
 * take 20 minutes to read. Rejects with the network's own error, or the signal's reason.
 */
export type HttpClient = (call: HttpCall) => Promise<HttpAnswer>;
