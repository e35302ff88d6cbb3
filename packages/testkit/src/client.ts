import {
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http';
import type { MessageStreamEvent } from '@llama-messages/core';
import { createFrameReader } from './frame-reader.ts';

/** An answer of the adapter under test, as far as it has come. */
export interface ClientResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Reads the body to its end. */
  text(): Promise<string>;
  /** Reads the body to its end and parses it. */
  json(): Promise<unknown>;
  /** Yields every event as soon as it is complete; pings included, comments left out. Throws on a malformed frame. */
  events(): AsyncGenerator<MessageStreamEvent>;
  /** Stops reading from the socket. */
  pause(): void;
  resume(): void;
  /** Goes away: closes the connection without reading on. */
  destroy(): void;
}

/** What {@link Client.request} sends. */
export interface ClientRequest {
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends the body with chunked encoding instead of a `content-length`. */
  readonly chunked?: boolean;
}

/** A request on its way. */
export interface PendingRequest {
  readonly response: Promise<ClientResponse>;
  /** Goes away before an answer came; {@link PendingRequest.response} then rejects. */
  destroy(): void;
}

/** A raw HTTP client: no retries, no decompression, one connection per request unless it has an agent. */
export interface Client {
  /** Sends a request and does not wait for the answer. */
  send(method: string, path: string, request?: ClientRequest): PendingRequest;
  request(method: string, path: string, request?: ClientRequest): Promise<ClientResponse>;
  /** `POST /v1/messages`. */
  messages(body: unknown, headers?: Readonly<Record<string, string>>): Promise<ClientResponse>;
}

/** Returns a client for the adapter at `url`, which may end in a path that the adapter is mounted at. */
export function createClient(url: string, agent: Agent | false = false): Client {
  const send = (method: string, path: string, options: ClientRequest = {}): PendingRequest => {
    const body = toBytes(options.body);
    const outgoing = httpRequest(url + path, {
      method,
      agent,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(body && !options.chunked && { 'content-length': String(body.byteLength) }),
        ...options.headers,
      },
    });
    const response = new Promise<ClientResponse>((resolve, reject) => {
      outgoing.once('response', (incoming) => resolve(toResponse(incoming)));
      outgoing.on('error', reject);
      outgoing.once('close', () => reject(new Error(`${method} ${path}: closed without an answer`)));
    });
    // Whoever goes away does not look at the answer.
    response.catch(() => {});
    outgoing.end(body);
    return { response, destroy: () => void outgoing.destroy() };
  };
  const request: Client['request'] = (method, path, options) => send(method, path, options).response;
  return {
    send,
    request,
    messages: (body, headers) =>
      request('POST', '/v1/messages', headers === undefined ? { body } : { body, headers }),
  };
}

/** Reads a stream to its end and returns its events in the order of arrival. */
export async function readEvents(response: ClientResponse): Promise<MessageStreamEvent[]> {
  const events: MessageStreamEvent[] = [];
  for await (const event of response.events()) events.push(event);
  return events;
}

function toBytes(body: unknown): Uint8Array | undefined {
  if (body === undefined) return undefined;
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function toResponse(incoming: IncomingMessage): ClientResponse {
  const text = async () => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    return Buffer.concat(parts).toString('utf8');
  };
  async function* events(): AsyncGenerator<MessageStreamEvent> {
    const reader = createFrameReader();
    for await (const part of incoming) yield* reader.push(part as Buffer);
    reader.end();
  }
  // A connection that is cut shows in `text()` and `events()`, which throw; alone it must not end the process.
  incoming.on('error', () => {});
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    text,
    json: async () => JSON.parse(await text()) as unknown,
    events,
    pause: () => void incoming.pause(),
    resume: () => void incoming.resume(),
    destroy: () => void incoming.destroy(),
  };
}
