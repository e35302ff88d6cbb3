import type { Observe } from './observer.ts';
import type { ExchangeProgress, ExchangeReport } from './report.ts';
import type { ThreadStore } from './threads/thread-store.ts';
import type { HandlerRequest } from './http.ts';
import { toSafeLogger } from './safe-logger.ts';
import { checkRouting } from './routing/check-routing.ts';
import type { ModelMapping, ModelTarget } from './routing/model-route.ts';
import type { HttpClient } from './upstream/http-client.ts';
import type { Upstream } from './upstream/upstream.ts';

/** Where the host's log goes: pino, Fastify's logger, `console`, or anything else with these methods. */
export interface Logger {
  /** Gets a line for each exchange; without it, only failures are logged. pino gets fields in front of the message. */
  info?(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Returns whether `key` may use the server; throw a {@link MessagesError} to answer with a status of your own. */
export type Authenticate = (key: string | undefined, request: HandlerRequest) => boolean | Promise<boolean>;

/** The options of every adapter. Only `upstream` is required. */
export interface MessagesOptions {
  /**
   * What generates: the URL of a llama-server or of any OpenAI-compatible server (which of the two is found out by
   * asking it, on first use), or an {@link Upstream} such as `llamaServer({ url })` or `embedded({ model })`.
   */
  readonly upstream: string | URL | Upstream;
  /** The key that a server behind a plain URL wants; sent as `Authorization: Bearer`. */
  readonly upstreamApiKey?: string | undefined;
  /**
   * Who may use the API: a list of keys, compared in constant time, or a function of the key that came in
   * `x-api-key` or `Authorization: Bearer`. The client's key is never sent upstream.
   * @defaultValue everybody
   */
  readonly auth?: readonly string[] | Authenticate | undefined;
  /**
   * More upstreams by name, for `models` and `imageModel` to lead to. They do not get `upstreamApiKey`; one that wants
   * a key is given as an {@link Upstream}. Each has a queue of its own, and one that is down disturbs no other.
   * @example `{ small: 'http://127.0.0.1:8081', eyes: llamaServer({ url, apiKey }) }`
   */
  readonly upstreams?: Readonly<Record<string, string | URL | Upstream>> | undefined;
  /**
   * Which model answers for which requested name. Keys are exact names, which come first and are listed by
   * `GET /v1/models`, or patterns with `*`, of which the first that matches wins; or a function of the request. A target is the id of a
   * model of `upstream`, or a {@link ModelRoute} with another upstream or with settings of its own.
   * @defaultValue the model of that name at whichever upstream has it, else the first model of `upstream`
   * @example `{ '*haiku*': { upstream: 'small', thinking: 'never' }, '*': 'qwen3-30b' }`
   * @example `({ agent, hasTools }) => (agent && !hasTools ? { upstream: 'small' } : undefined)`
   */
  readonly models?: ModelMapping | undefined;
  /**
   * What answers requests with images where the model that is chosen for them cannot see.
   * @defaultValue the chosen model, which is told that an image was left out
   */
  readonly imageModel?: ModelTarget | undefined;
  /**
   * Largest request body in bytes that is read; beyond it 413. Anthropic's own limit by default.
   * Where the host's parser has read the body already, the host's limit counts.
   * @defaultValue 32 MiB
   */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Milliseconds of silence after which a stream gets a `ping` event.
   * @defaultValue 10 000
   */
  readonly pingIntervalMs?: number | undefined;
  /**
   * Milliseconds to hold the status line until the upstream has accepted or refused a streamed request, so that
   * early errors keep their status; after that the stream begins and errors come as events.
   * @defaultValue 3 000
   */
  readonly graceMs?: number | undefined;
  /**
   * Requests that the upstream works on at the same time; the others wait here, main turns before background work, with
   * `ping` events. `false` leaves waiting to the upstream.
   * @defaultValue the upstream's slots, if it tells them; else no limit
   */
  readonly concurrency?: number | false | undefined;
  /**
   * Requests that may wait; beyond it 529 with `retry-after`.
   * @defaultValue 100
   */
  readonly maxQueue?: number | undefined;
  /**
   * Keep each agent of each conversation on one slot of llama-server (`id_slot`), instead of leaving the choice to it.
   * Helps where several conversations take turns on a llama-server with `-np` 2 or more, its cache in RAM, and no unified
   * KV cache; with `--kv-unified`, which is also what it does without `-np`, prompts are read again instead.
   * See docs/decisions/0008.
   * @defaultValue false
   */
  readonly slotAffinity?: boolean | undefined;
  /**
   * Take tool calls that a model prints as text (`<tool_call>…`, `<function=…>`, a lone JSON object) for calls: for all
   * models, or for those of the upstream that are named, with `*` for any characters. Only declared tools with valid
   * arguments, never inside code. Where it is off, the log says when it would have helped.
   * @defaultValue false
   */
  readonly textToolCalls?: boolean | readonly string[] | undefined;
  /**
   * A client's retry of a request that still runs gets the answer of the first, from its beginning, instead of a
   * second generation.
   * @defaultValue true
   */
  readonly attachRetries?: boolean | undefined;
  /**
   * Milliseconds to wait for a model that is being loaded, with `ping` events meanwhile; after that 529.
   * @defaultValue 300 000
   */
  readonly loadingTimeoutMs?: number | undefined;
  /**
   * Milliseconds to wait for a model server that is down, before 529.
   * @defaultValue 0, which fails at once
   */
  readonly downTimeoutMs?: number | undefined;
  /**
   * The SDK's `thread` field: conversations that the server holds. `false` answers it with the code that makes clients
   * send whole conversations.
   * @defaultValue held in memory, up to 64 MiB, for an hour
   */
  readonly threads?:
    | { readonly store?: ThreadStore | undefined; readonly ttlMs?: number | undefined }
    | false
    | undefined;
  /**
   * What signatures of hidden thinking are made with, beside the client's API key: a text of 32 characters or more that nobody else
   * knows. All processes of a service need the same, and keep it over restarts. With it, nobody who knows an API key, or that
   * none is needed, can sign thoughts that the model takes for its own. Changing it costs hidden thoughts once.
   * See docs/decisions/0007.
   * @defaultValue none: the API key's hash alone, which every process knows
   */
  readonly signingSecret?: string | undefined;
  /** Called while a request waits: in the queue, for a model that is loading, for its prompt to be read. */
  readonly onProgress?: ((progress: ExchangeProgress) => void) | undefined;
  /** Called once per request for a message, when it is over. What it throws is logged and changes nothing. */
  readonly onExchange?: ((report: ExchangeReport) => void) | undefined;
  /**
   * Who is told of each exchange while it goes on: tracing, metrics, inspection. Each is called when a request for a
   * message begins.
   */
  readonly observers?: readonly Observe[] | undefined;
  /** @defaultValue no log */
  readonly logger?: Logger | undefined;
  /**
   * Whether the log gets a line for each exchange: request id, model, tokens, timings, stop reason or error; no prompts,
   * no keys. `false` leaves only failures that are not the client's.
   * @defaultValue true
   */
  readonly logExchanges?: boolean | undefined;
  /**
   * How upstream servers are called.
   * @defaultValue `node:http` without time limits on Node, else `fetch`
   */
  readonly httpClient?: HttpClient | undefined;
}

export interface ResolvedOptions extends MessagesOptions {
  readonly maxBodyBytes: number;
  readonly pingIntervalMs: number;
  readonly graceMs: number;
  readonly maxQueue: number;
  readonly loadingTimeoutMs: number;
  readonly downTimeoutMs: number;
  readonly logExchanges: boolean;
}

/**
 * Returns the options with their defaults.
 * @throws TypeError that says what to change, so that a mistake shows at start-up and not in the first request
 */
export function resolveOptions(options: MessagesOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError("llama-messages needs options, such as { upstream: 'http://127.0.0.1:8080' }");
  }
  const { upstream, upstreams, auth } = options;
  checkUpstream('options.upstream', upstream);
  checkRouting(options);
  for (const [name, other] of Object.entries(upstreams ?? {}))
    checkUpstream(`options.upstreams['${name}']`, other);
  if (auth !== undefined && typeof auth !== 'function') {
    if (
      !Array.isArray(auth) ||
      auth.length === 0 ||
      auth.some((key) => typeof key !== 'string' || key === '')
    ) {
      throw new TypeError(
        'options.auth must be a list of at least one non-empty key, or a function; leave it out to let everybody in',
      );
    }
  }
  const { signingSecret } = options;
  if (signingSecret !== undefined && (typeof signingSecret !== 'string' || signingSecret.length < 32)) {
    throw new TypeError(
      'options.signingSecret must be a text of at least 32 characters, such as `openssl rand -base64 32` prints; leave it out to do without',
    );
  }
  if (options.concurrency !== undefined && options.concurrency !== false)
    positive('concurrency', options.concurrency);
  return {
    ...options,
    maxBodyBytes: positive('maxBodyBytes', options.maxBodyBytes ?? 32 * 1024 * 1024),
    pingIntervalMs: positive('pingIntervalMs', options.pingIntervalMs ?? 10_000),
    graceMs: notNegative('graceMs', options.graceMs ?? 3_000),
    maxQueue: notNegative('maxQueue', options.maxQueue ?? 100),
    loadingTimeoutMs: notNegative('loadingTimeoutMs', options.loadingTimeoutMs ?? 300_000),
    downTimeoutMs: notNegative('downTimeoutMs', options.downTimeoutMs ?? 0),
    logger: options.logger && toSafeLogger(options.logger),
    logExchanges: options.logExchanges ?? true,
  };
}

function checkUpstream(where: string, upstream: string | URL | Upstream): void {
  if (typeof upstream !== 'string' && !(upstream instanceof URL)) {
    if (typeof upstream?.stream === 'function') return;
    throw new TypeError(
      `${where} must be the URL of a model server, such as 'http://127.0.0.1:8080', or an Upstream, such as llamaServer({ url })`,
    );
  }
  const url = URL.canParse(String(upstream)) ? new URL(upstream) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new TypeError(
      `${where} is not an http(s) URL: ${String(upstream)}. Write it like 'http://127.0.0.1:8080'`,
    );
  }
}

function positive(name: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value;
  throw new TypeError(`options.${name} must be a number above 0, not ${String(value)}`);
}

function notNegative(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new TypeError(`options.${name} must be a number of at least 0, not ${String(value)}`);
}
