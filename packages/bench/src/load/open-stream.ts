import type { IncomingMessage } from 'node:http';
import { marks } from '../upstream/pieces.ts';
import { post } from './post.ts';

/** One stream of an answer that is read and thrown away, but for its marks. */
export interface OpenStream {
  /** Resolves with the first token. */
  readonly begun: Promise<void>;
  /** Resolves with the last token. */
  readonly received: Promise<void>;
  /** Resolves when the answer has ended as its API says. */
  readonly closed: Promise<void>;
  /** Resolves when the connection is closed on this side. */
  readonly gone: Promise<void>;
  abort(): void;
}

/** How streams end: the Messages API's, the chat API's, with or without a space behind the colon. */
const endings = ['message_stop', '[DONE]'];

/** Longer than a mark, so that one which two reads share is seen. */
const tailLength = 64;

export function openStream(url: string, body: string): OpenStream {
  const request = post(url, body, { agent: false });
  const gone = new Promise<void>((resolve) => request.once('close', resolve));
  const begun = new Watch(marks.first);
  const received = new Watch(marks.last);
  const closed = new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      reject(error);
      begun.fail(error);
      received.fail(error);
    };
    request.on('error', fail);
    request.on('response', (response: IncomingMessage) => {
      if (response.statusCode !== 200) {
        fail(new Error(`${url} answered ${response.statusCode}`));
        response.resume();
        return;
      }
      let tail = '';
      response.on('data', (chunk: Buffer) => {
        const text = tail + chunk.toString('latin1');
        if (!begun.seen) begun.look(text);
        if (!received.seen) received.look(text);
        tail = text.slice(-tailLength);
      });
      response.on('end', () => {
        if (endings.some((ending) => tail.includes(ending))) resolve();
        else fail(new Error(`${url} ended a stream with ${JSON.stringify(tail)}`));
      });
      response.on('error', fail);
    });
  });
  // Given up on purpose in rows that never wait for the end.
  closed.catch(() => undefined);
  return {
    begun: begun.promise,
    received: received.promise,
    closed,
    gone,
    abort: () => request.destroy(),
  };
}

/** A text that a stream is watched for. */
class Watch {
  readonly #text: string;
  readonly promise: Promise<void>;
  seen = false;
  #resolve: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  constructor(text: string) {
    this.#text = text;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.fail = reject;
    });
    this.promise.catch(() => undefined);
  }

  look(text: string): void {
    if (!text.includes(this.#text)) return;
    this.seen = true;
    this.#resolve();
  }
}
