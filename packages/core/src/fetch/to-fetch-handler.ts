import { tooLarge } from '../endpoints/body.ts';
import type { MessagesHandler } from '../handler.ts';
import type { EventStream } from '../event-stream.ts';

export interface FetchHandlerOptions {
  /**
   * Where the API is mounted, if the router leaves that part in the URL, such as `/anthropic`.
   * @defaultValue the root
   */
  readonly basePath?: string | undefined;
}

/**
 * Returns the handler as `Request` in, `Response` out: for Hono, Next.js, Bun, Deno and Workers.
 *
 * @remarks The returned function never rejects.
 * @example
 * ```ts
 * import { createMessagesHandler } from '@llama-messages/core';
 * import { toFetchHandler } from '@llama-messages/core/fetch';
 *
 * export default { fetch: toFetchHandler(createMessagesHandler({ upstream: 'http://127.0.0.1:8080' })) };
 * ```
 */
export function toFetchHandler(
  handler: MessagesHandler,
  options: FetchHandlerOptions = {},
): (request: Request) => Promise<Response> {
  const basePath = options.basePath?.replace(/\/+$/, '') ?? '';
  return async (request) => {
    const abort = new AbortController();
    const onAbort = (): void => abort.abort();
    if (request.signal.aborted) onAbort();
    else request.signal.addEventListener('abort', onAbort, { once: true });
    const { pathname } = new URL(request.url);
    const { status, headers, body } = await handler.handle({
      method: request.method,
      path: pathname.startsWith(basePath) ? pathname.slice(basePath.length) || '/' : pathname,
      headers: request.headers,
      body: () => readBytes(request, handler.maxBodyBytes),
      signal: abort.signal,
      abort,
    });
    if (typeof body !== 'string') return new Response(toReadableStream(body, abort), { status, headers });
    return new Response(request.method === 'HEAD' ? null : body, { status, headers });
  };
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

/**
 * Returns a stream of the response's body at the pace of its reader: without a queue of its own, so nothing is taken from
 * the exchange before somebody reads, and one write at most waits to be read. Pushed into it: an async iteration takes
 * several turns of the microtask queue for each token.
 */
function toReadableStream(body: EventStream, abort: AbortController): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let piped: Promise<void> | undefined;
  let isOver = false;
  let goOn: () => void = () => {};

  async function pipe(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    // What a reader already waits for goes past the queue, which is then as empty as it may be.
    const isFree = (): boolean => abort.signal.aborted || (controller.desiredSize ?? 0) >= 0;
    const last = await body.pipe({
      write(frames) {
        if (!isOver) controller.enqueue(encoder.encode(frames));
        return isFree();
      },
      ready: () =>
        new Promise((resolve) => {
          if (isFree()) resolve();
          goOn = resolve;
        }),
      destroy() {
        isOver = true;
        controller.error(new Error('The answer could not be completed'));
      },
    });
    if (isOver) return;
    if (last !== '') controller.enqueue(encoder.encode(last));
    controller.close();
  }

  abort.signal.addEventListener('abort', () => goOn(), { once: true });
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        goOn();
        piped ??= pipe(controller);
      },
      async cancel() {
        isOver = true;
        abort.abort();
        await piped;
      },
    },
    { highWaterMark: 0 },
  );
}
