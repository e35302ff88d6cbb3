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

/** One pull stream without a queue of its own: the client's pace is the upstream's. */
function toReadableStream(events: EventStream, abort: AbortController): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = events[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        abort.abort();
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
