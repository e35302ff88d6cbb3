import { concatBytes } from './bytes.ts';
import type { HttpClient } from '../upstream/http-client.ts';

/** The {@link HttpClient} of runtimes without `node:http`, over the platform's `fetch` and under its time limits. */
export const httpClient: HttpClient = async (call) => {
  const response = await fetch(call.url, {
    method: call.method,
    headers: call.headers,
    signal: call.signal,
    ...(call.body !== undefined && { body: concatBytes(call.body) }),
  });
  return { status: response.status, headers: response.headers, body: reads(response.body) };
};

async function* reads(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void, undefined> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
