import http, { type IncomingMessage } from 'node:http';
import { isAscii } from 'node:buffer';
import https from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import type { Sink } from '../sink.ts';
import type { HttpAnswer, HttpCall, HttpClient } from '../upstream/http-client.ts';

const pooled = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

/** A connection for each request; `agent: false` would make an agent for each as well. */
const unpooled = {
  'http:': new http.Agent({ keepAlive: false }),
  'https:': new https.Agent({ keepAlive: false }),
};

/**
 * The {@link HttpClient} of Node, over `node:http`: no time limits (undici's `fetch` gives up after 300 s without
 * a byte), and TCP keep-alive so that a dead host is noticed. A request on a reused connection that is reset
 * before its answer began is sent once more on a new one.
 */
export const httpClient: HttpClient = async (call) => {
  const retryable = !call.streamed;
  const outcome = await send(call, retryable);
  if (outcome.answer) return outcome.answer;
  if (outcome.wasReused && !call.signal.aborted) {
    const second = await send(call, false);
    if (second.answer) return second.answer;
    throw second.error;
  }
  throw outcome.error;
};

type Outcome = { answer: HttpAnswer } | { answer?: undefined; error: unknown; wasReused: boolean };

function send(call: HttpCall, isPooled: boolean): Promise<Outcome> {
  const url = new URL(call.url);
  const isSecure = url.protocol === 'https:';
  // A string would be counted, copied behind the headers and encoded there: 5 ms more for a megabyte.
  const body = call.body === undefined ? undefined : Buffer.from(call.body);
  return new Promise((resolve) => {
    const request = (isSecure ? https : http).request(url, {
      method: call.method,
      headers: {
        ...call.headers,
        ...(body && { 'content-length': body.length }),
      },
      agent: (isPooled ? pooled : unpooled)[isSecure ? 'https:' : 'http:'],
      signal: call.signal,
    });
    request.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
    request.on('error', (error) => resolve({ error, wasReused: request.reusedSocket }));
    request.on('response', (response) => {
      // Small answers of a slow model must not wait for more.
      response.socket.setNoDelay(true);
      resolve({
        answer: {
          status: response.statusCode ?? 0,
          headers: { get: (name) => headerText(response.headers[name.toLowerCase()]) },
          body: response,
          pipeText: (sink) => pipeText(response, sink),
        },
      });
    });
    request.end(body);
  });
}

/**
 * Events of the stream instead of its async iterator, which costs as much as all the rest; and all that the socket has
 * read at once together: Node tells of each HTTP chunk on its own, and llama-server makes one of each token.
 */
function pipeText(response: IncomingMessage, sink: Sink<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const reader = new TextReader(response, sink, resolve);
    response.on('data', (bytes: Buffer) => reader.take(bytes));
    response.on('end', () => reader.end());
    response.on('error', (error) => {
      reader.flush();
      reject(error);
    });
    response.on('close', () => reject(new Error('The connection was closed')));
  });
}

/** A class, as everything that is called for each token: docs/decisions/0017. */
class TextReader {
  private readonly response: IncomingMessage;
  private readonly sink: Sink<string>;
  private readonly resolve: () => void;
  private read: Buffer | undefined;
  private more: Buffer[] | undefined;
  /** Of characters that a read has cut; the usual read is ASCII, and needs none. */
  private decoder: StringDecoder | undefined;

  constructor(response: IncomingMessage, sink: Sink<string>, resolve: () => void) {
    this.response = response;
    this.sink = sink;
    this.resolve = resolve;
  }

  take(bytes: Buffer): void {
    if (this.read) (this.more ??= []).push(bytes);
    else {
      this.read = bytes;
      process.nextTick(flushReader, this);
    }
  }

  flush(): void {
    const { read, more } = this;
    if (!read) return;
    this.read = undefined;
    this.more = undefined;
    this.write(this.toText(more ? Buffer.concat([read, ...more]) : read));
  }

  end(): void {
    this.flush();
    this.write(this.decoder?.end() ?? '');
    this.resolve();
  }

  private toText(bytes: Buffer): string {
    if (!this.decoder) {
      if (isAscii(bytes)) return bytes.toString('latin1');
      this.decoder = new StringDecoder('utf8');
    }
    const text = this.decoder.write(bytes);
    if ((bytes.at(-1) ?? 0) < 0x80) this.decoder = undefined;
    return text;
  }

  private write(text: string): void {
    const { sink, response } = this;
    if (text === '' || sink.write(text)) return;
    if (sink.isDone?.()) return this.stop();
    response.pause();
    void sink.ready().then(() => (sink.isDone?.() ? this.stop() : response.resume()));
  }

  private stop(): void {
    this.resolve();
    this.response.destroy();
  }
}

function flushReader(reader: TextReader): void {
  reader.flush();
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
