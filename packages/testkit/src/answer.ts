import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { loadFixture } from './fixtures.ts';

/** One thing that a scripted upstream does while it answers. */
export type AnswerStep =
  | {
      readonly type: 'head';
      readonly status: number;
      readonly contentType: string;
      readonly headers?: Record<string, string>;
    }
  /** Reaches the bridge as one read: it is one chunk of the chunked encoding. */
  | { readonly type: 'write'; readonly data: string | Uint8Array }
  | { readonly type: 'wait'; readonly until: Promise<unknown> }
  /** The connection dies: TCP reset, nothing more is sent. */
  | { readonly type: 'reset' }
  | { readonly type: 'end' };

/** What a scripted upstream does with one request, step by step; lazily, so that an answer may have no end. */
export type Answer = Iterable<AnswerStep>;

const streamHead: AnswerStep = { type: 'head', status: 200, contentType: 'text/event-stream' };
const end: AnswerStep = { type: 'end' };

/** Returns the frame that carries a chunk. */
export function frame(chunk: unknown): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

const toStep = (item: unknown): AnswerStep => {
  if (typeof item === 'string' || item instanceof Uint8Array) return { type: 'write', data: item };
  if (item instanceof Promise) return { type: 'wait', until: item };
  return { type: 'write', data: frame(item) };
};

/**
 * Returns a stream that ends as llama-server ends one, with `[DONE]`. Objects become framed chunks, strings and bytes
 * are sent as they are, and a promise holds the stream until it resolves.
 */
export function streamAnswer(...items: readonly unknown[]): Answer {
  return [streamHead, ...items.map(toStep), { type: 'write', data: 'data: [DONE]\n\n' }, end];
}

/** Returns a stream that ends after the last item, without `[DONE]`: what a cut or broken upstream sends. */
export function cutStreamAnswer(...items: readonly unknown[]): Answer {
  return [streamHead, ...items.map(toStep), end];
}

/** Returns a stream whose connection is reset after the last item. */
export function resetStreamAnswer(...items: readonly unknown[]): Answer {
  return [streamHead, ...items.map(toStep), { type: 'reset' }];
}

/** Returns an answer that resets the connection before a byte of the head was sent. */
export function resetAnswer(): Answer {
  return [{ type: 'reset' }];
}

/** Returns an answer that starts only when `until` resolves: not even the status line is sent before. */
export function afterAnswer(until: Promise<unknown>, answer: Answer): Answer {
  return [{ type: 'wait', until }, ...answer];
}

/** Returns a JSON answer. */
export function jsonAnswer(status: number, body: unknown, headers?: Record<string, string>): Answer {
  return textAnswer(
    status,
    'application/json; charset=utf-8',
    typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  );
}

/** Returns an error as llama-server words one. */
export function errorAnswer(status: number, type: string, message: string): Answer {
  return jsonAnswer(status, { error: { code: status, message, type } });
}

/** Returns an answer with this body: HTML of a proxy, plain text, garbage. */
export function textAnswer(
  status: number,
  contentType: string,
  body: string,
  headers?: Record<string, string>,
): Answer {
  return [
    {
      type: 'head',
      status,
      contentType,
      headers: {
        'content-length': String(Buffer.byteLength(body)),
        // llama-server keeps connections, but not those of errors.
        ...(status >= 400 && { connection: 'close' }),
        ...headers,
      },
    },
    { type: 'write', data: body },
    end,
  ];
}

/**
 * Returns a recorded answer by name, read by read as it came; `reframe` cuts the whole text anew
 * (see {@link cutAtEveryByte}, {@link cutAtRandom}, {@link withCrlf}).
 */
export function fixtureAnswer(
  name: string,
  reframe?: (text: string) => readonly (string | Uint8Array)[],
): Answer {
  const fixture = loadFixture(name);
  if (fixture.body !== undefined && fixture.reads.length === 0)
    return textAnswer(fixture.status, fixture.contentType, fixture.body);
  const reads = reframe ? reframe(fixture.reads.join('')) : fixture.reads;
  return [
    { type: 'head', status: fixture.status, contentType: fixture.contentType },
    ...reads.map(toStep),
    end,
  ];
}

/**
 * Plays an answer. Resolves when the answer is over or the peer has gone; never rejects.
 * `onBytes` hears of every byte that was handed to the socket; writing stops while the peer does not read.
 */
export async function playAnswer(
  response: ServerResponse,
  answer: Answer,
  onBytes: (count: number) => void,
): Promise<void> {
  const gone = new Promise((resolve) => response.once('close', resolve));
  let flushed: Promise<unknown> = Promise.resolve();
  for (const step of answer) {
    if (response.destroyed) return;
    switch (step.type) {
      case 'head':
        response.writeHead(step.status, {
          server: 'llama.cpp',
          'content-type': step.contentType,
          'access-control-allow-origin': '',
          ...(step.contentType === 'text/event-stream' && { 'x-accel-buffering': 'no' }),
          ...step.headers,
        });
        // The head leaves with the first byte of the body unless it is pushed.
        response.flushHeaders();
        break;
      case 'write': {
        onBytes(typeof step.data === 'string' ? Buffer.byteLength(step.data) : step.data.byteLength);
        let accepted = true;
        flushed = new Promise((resolve) => {
          accepted = response.write(step.data, resolve);
        });
        if (!accepted) await Promise.race([once(response, 'drain'), gone]);
        break;
      }
      case 'wait':
        await Promise.race([step.until, gone]);
        break;
      case 'reset':
        // What was written must be on its way, or the reset would overtake it.
        await Promise.race([flushed, gone]);
        response.socket?.resetAndDestroy();
        return;
      case 'end': {
        const { socket } = response;
        const isStream = String(response.getHeader('content-type')).startsWith('text/event-stream');
        response.end(() => {
          // llama-server announces keep-alive and then closes the connection of every streamed answer.
          if (isStream) socket?.end();
        });
        return;
      }
      default:
        step satisfies never;
    }
  }
}
