import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { createGate } from './gate.ts';
import { type Answer, errorAnswer, fixtureAnswer, playAnswer } from './answer.ts';
import { type UpstreamKind, createRoutes } from './upstream-routes.ts';

/** How the scripted server presents itself. */
export interface ScriptedServerOptions {
  /** `openai` is any OpenAI-compatible server: no `/props`, no token counting; `vllm` also counts. @defaultValue `'llama-server'` */
  readonly kind?: UpstreamKind;
  /** Ids in `/v1/models`. @defaultValue one, `demo-model-q8_0.gguf` */
  readonly models?: readonly string[];
  /** @defaultValue 8192 */
  readonly contextWindow?: number;
  /** @defaultValue 2 */
  readonly slots?: number;
  /** @defaultValue false */
  readonly vision?: boolean;
  /** What the counting endpoint says. @defaultValue 42 */
  readonly inputTokens?: number;
  /** @defaultValue a free one */
  readonly port?: number;
  /** Resets a connection when a second request arrives on it, which is what reusing a stream's connection meets. */
  readonly resetsReusedConnections?: boolean;
}

/** One request that reached the scripted server. */
export interface ScriptedCall {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when there is none. */
  readonly body: Record<string, unknown> | undefined;
  readonly bodyText: string;
  /** Resolves when the connection is gone, whoever closed it. */
  readonly closed: Promise<void>;
  /** Resolves when the answer was handed over completely; stays pending when the peer left before. */
  readonly answered: Promise<void>;
  /** Bytes of the answer's body handed to the socket so far. */
  readonly bytesSent: number;
}

/** A llama-server without a model: a real HTTP server that does what the test says. */
export interface ScriptedLlamaServer {
  readonly url: string;
  /** Everything that was asked since {@link ScriptedLlamaServer.reset}, in order. */
  readonly calls: readonly ScriptedCall[];
  /** What was asked of `POST /v1/chat/completions`. */
  readonly chatCalls: readonly ScriptedCall[];
  /** Queues answers for `POST /v1/chat/completions`; when the queue is empty, the recorded `text` answers. */
  answer(...answers: readonly Answer[]): void;
  /** Answers `method path` with what `play` returns, until the next reset; a function of the call, so that answers may differ. */
  on(route: string, play: (call: ScriptedCall) => Answer): void;
  /** Resolves with the next chat request that has not been taken by an earlier `nextCall`; requests may have come already. */
  nextCall(): Promise<ScriptedCall>;
  /** Forgets calls, answers and routes, and cuts what is still going on. */
  reset(): void;
  close(): Promise<void>;
}

const chatRoute = 'POST /v1/chat/completions';

/** Starts a scripted server on the loopback interface. */
export async function createScriptedLlamaServer(
  options: ScriptedServerOptions = {},
): Promise<ScriptedLlamaServer> {
  const defaults = createRoutes(options);
  let routes = new Map(defaults);
  let queue: Answer[] = [];
  let calls: ScriptedCall[] = [];
  let taken = 0;
  let waiting: ((call: ScriptedCall) => void)[] = [];
  const used = new WeakSet<Socket>();
  const active = new Set<Socket>();

  const chatCalls = () => calls.filter((call) => `${call.method} ${call.path}` === chatRoute);

  const record = (call: ScriptedCall) => {
    calls.push(call);
    if (`${call.method} ${call.path}` !== chatRoute) return;
    const waiter = waiting.shift();
    if (!waiter) return;
    taken += 1;
    waiter(call);
  };

  const answerTo = (call: ScriptedCall): Answer => {
    const route = `${call.method} ${call.path}`;
    const play = routes.get(route);
    if (play) return play(call);
    if (route === chatRoute) return queue.shift() ?? fixtureAnswer('text');
    return (options.kind ?? 'llama-server') === 'llama-server'
      ? fixtureAnswer('not-found')
      : errorAnswer(404, 'NotFoundError', 'Not Found');
  };

  /** One listener a connection, not one a request. */
  const closing = new WeakMap<Socket, Promise<void>>();

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (options.resetsReusedConnections && used.has(socket)) return socket.resetAndDestroy();
    used.add(socket);
    active.add(socket);
    response.once('close', () => active.delete(socket));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const bodyText = Buffer.concat(parts).toString('utf8');
    const closed =
      closing.get(socket) ?? new Promise<void>((resolve) => socket.once('close', () => resolve()));
    closing.set(socket, closed);
    const answered = createGate();
    const call = {
      method: request.method ?? '',
      path: new URL(request.url ?? '/', 'http://upstream').pathname,
      headers: request.headers,
      body: parseObject(bodyText),
      bodyText,
      closed,
      answered: answered.opened,
      bytesSent: 0,
    };
    response.once('finish', answered.open);
    record(call);
    await playAnswer(response, answerTo(call), (count) => {
      call.bytesSent += count;
    });
  };

  const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    // A request that breaks off while its body is read is no fault of the script.
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const reset = () => {
    routes = new Map(defaults);
    queue = [];
    calls = [];
    taken = 0;
    waiting = [];
    for (const socket of active) socket.destroy();
  };

  return {
    url: `http://127.0.0.1:${port}`,
    get calls() {
      return calls;
    },
    get chatCalls() {
      return chatCalls();
    },
    answer: (...answers) => void queue.push(...answers),
    on: (route, play) => void routes.set(route, play),
    nextCall: () => {
      const call = chatCalls()[taken];
      if (call) {
        taken += 1;
        return Promise.resolve(call);
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    reset,
    close: async () => {
      reset();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
