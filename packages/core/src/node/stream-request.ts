import { validateHeaderName, validateHeaderValue } from 'node:http';
import net, { type OnReadOpts, type Socket } from 'node:net';
import tls from 'node:tls';
import { pull, type Sink } from '../sink.ts';
import type { HttpAnswer, HttpCall } from '../upstream/http-client.ts';
import type { HeaderReader } from '../http.ts';
import { toLength } from './bytes.ts';
import { ResponseParser, type ResponseHead } from './response-parser.ts';

/**
 * Sends a request on a connection of its own, for an answer that is a stream of small pieces: what Node's client does for each
 * of them (parser, message, stream, three events) is a quarter of what a byte pipe costs in all. See docs/decisions/0018.
 *
 * Connections are not kept: llama-server closes them after a stream although it announces keep-alive, and the next request
 * would be reset.
 */
export function requestStream(call: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    call.signal.throwIfAborted();
    const { url, head } = toTarget(call);
    const body = call.body ?? [];
    // What listens to the socket is made in there: here it would hold the body until the answer is over.
    const { socket } = new AnswerReader(url, call.signal, resolve, reject);
    // In one system call, and one packet for the server to wake up for.
    socket.cork();
    socket.write(`${head}content-length: ${toLength(body)}\r\n\r\n`, 'latin1');
    for (const piece of body) socket.write(piece);
    socket.uncork();
  });
}

/**
 * What is read is text before the next read, so all connections read into one place: Node would allocate 64 KiB for each read, and
 * take it through a stream and its events.
 */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** In milliseconds: a host that is gone without a word is noticed. */
const keepAliveInitialDelay = 30_000;

function connect({ protocol, hostname, port }: URL, callback: (length: number) => boolean): Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  const onread: OnReadOpts = { buffer, callback };
  if (protocol !== 'https:') {
    return net.connect({
      host,
      port: Number(port || 80),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay,
      onread,
    });
  }
  // As net.connect's, but not in the types.
  const secure: tls.ConnectionOptions & { onread: OnReadOpts } = {
    host,
    port: Number(port || 443),
    servername: net.isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    onread,
  };
  return tls.connect(secure).setNoDelay(true).setKeepAlive(true, keepAliveInitialDelay);
}

/** Where a request goes, and its head without the end. */
interface Target {
  readonly of: Pick<HttpCall, 'method' | 'url' | 'headers'>;
  readonly url: URL;
  readonly head: string;
}

/** The last one: a server is asked for the same thing with the same headers again and again. */
let latest: Target | undefined;

function toTarget(call: HttpCall): Target {
  const { method, url, headers } = call;
  if (latest && latest.of.headers === headers && latest.of.url === url && latest.of.method === method)
    return latest;
  const parsed = new URL(url);
  const target = { of: { method, url, headers }, url: parsed, head: toRequestHead(call, parsed) };
  if (Object.isFrozen(headers)) latest = target;
  return target;
}

function toRequestHead({ method, headers }: HttpCall, url: URL): string {
  const fields = new Map([['host', url.host]]);
  if (url.username !== '') {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    fields.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    fields.set(name.toLowerCase(), value);
  }
  fields.set('connection', 'close');
  fields.delete('content-length');
  fields.delete('transfer-encoding');
  const lines = Array.from(fields, ([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}`;
}

/** Characters of an answer that are read before somebody takes it. */
const maxWaiting = 64 * 1024;

/** One for all: V8 keeps one of its own, and with it everything of the request, until its next full garbage collection. */
const nothing = (): void => {};

/** A class, as everything that is called for each token: docs/decisions/0017. */
class AnswerReader implements AsyncIterable<Uint8Array> {
  readonly socket: Socket;
  private readonly signal: AbortSignal;
  private readonly parser = new ResponseParser();
  private onAnswer: ((answer: HttpAnswer) => void) | undefined;
  private onEnd: () => void = nothing;
  private onFailure: (error: unknown) => void;
  private sink: Sink<string> | undefined;
  /** What has come before somebody took it. */
  private waiting = '';
  private isOver = false;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    url: URL,
    signal: AbortSignal,
    onAnswer: (answer: HttpAnswer) => void,
    onFailure: (error: unknown) => void,
  ) {
    this.signal = signal;
    this.onAnswer = onAnswer;
    this.onFailure = onFailure;
    const socket = connect(url, (length) => {
      this.take(buffer.subarray(0, length));
      return true;
    });
    this.socket = socket;
    socket.on('end', () => this.end());
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => {
      if (!this.isOver) this.fail(new Error('The connection was closed'));
    });
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  private take(bytes: Buffer): void {
    let text: string;
    try {
      text = this.parser.parse(bytes);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.pass(text);
  }

  /** The server has closed its side. */
  private end(): void {
    if (this.isOver) return;
    let text: string;
    try {
      text = this.parser.end();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.pass(text);
  }

  private fail(error: unknown): void {
    if (this.isOver) return;
    this.failure = { error };
    this.close();
    this.onFailure(error);
  }

  private readonly onAbort = (): void => this.fail(this.signal.reason);

  private pass(text: string): void {
    if (this.sink) {
      this.deliver(this.sink, text);
      return;
    }
    this.waiting += text;
    // To stop and start reading costs four system calls: whoever takes the answer does so before more has come.
    if (this.waiting.length > maxWaiting) this.socket.pause();
    const { head } = this.parser;
    if (!head) return;
    this.onFailure = nothing;
    const { onAnswer } = this;
    this.onAnswer = undefined;
    this.parser.head = undefined;
    onAnswer?.({
      status: head.status,
      headers: toHeaderReader(head),
      body: this,
      pipeText: (sink) => this.pipe(sink),
    });
  }

  private pipe(sink: Sink<string>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.sink = sink;
      this.onEnd = resolve;
      this.onFailure = reject;
      const { waiting } = this;
      this.waiting = '';
      if (this.failure) {
        if (waiting !== '') sink.write(waiting);
        // Whatever happened to the connection behind the whole answer is no failure.
        if (this.parser.isOver) resolve();
        else reject(this.failure.error);
        return;
      }
      if (waiting.length > maxWaiting) this.socket.resume();
      this.deliver(sink, waiting);
    });
  }

  private deliver(sink: Sink<string>, text: string): void {
    const isFree = text === '' || sink.write(text);
    if (this.parser.isOver) this.finish();
    else if (isFree || this.isOver) return;
    else if (sink.isDone?.()) this.finish();
    else {
      this.socket.pause();
      void sink.ready().then(() => (sink.isDone?.() ? this.finish() : this.socket.resume()));
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const text of pull<string>(
      (sink) => this.pipe(sink),
      () => this.finish(),
    )) {
      yield Buffer.from(text);
    }
  }

  private finish(): void {
    if (this.isOver) return;
    this.close();
    this.onEnd();
  }

  private close(): void {
    this.isOver = true;
    this.signal.removeEventListener('abort', this.onAbort);
    // Nothing waits for that when the answer is whole; the client waits for what came with its end.
    if (this.parser.isOver) setImmediate(destroy, this.socket);
    else this.socket.destroy();
  }
}

function destroy(socket: Socket): void {
  socket.destroy();
}

function toHeaderReader({ headers }: ResponseHead): HeaderReader {
  return { get: (name) => headers.get(name.toLowerCase()) };
}
