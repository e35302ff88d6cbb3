import { createSseDecoder, type MessagesRequest, type Usage } from '@llama-messages/core';

/** What came of one request. */
export interface SentMessage {
  readonly status: number;
  /** As the server named the exchange, if it did. */
  readonly requestId: string | undefined;
  /** Of the whole prompt, reused tokens included. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Milliseconds to the first event that is no `ping`. */
  readonly firstEventMs: number | undefined;
  /** Milliseconds to the first block of the answer. */
  readonly firstTokenMs: number | undefined;
  /** Why there is no answer. */
  readonly error: string | undefined;
}

/** Of an event of a streamed message, what is read here. */
interface MessageEvent {
  readonly type: string;
  readonly message?: { readonly usage?: Partial<Usage> };
  readonly usage?: Partial<Usage>;
  readonly error?: { readonly message?: string };
}

/** Not for the server that a request is replayed to, or set by `fetch`. */
const hopHeaders = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding']);

/**
 * Sends a request for a message, streamed, with so many tokens of an answer, and returns how much of its prompt was
 * reused. Resolves when the answer is complete; a refusal is a result, too.
 *
 * @throws if the server cannot be reached
 */
export async function sendMessage(
  baseUrl: string,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: MessagesRequest },
  maxTokens: number,
): Promise<SentMessage> {
  const headers = Object.entries(request.headers).filter(([name]) => !hopHeaders.has(name.toLowerCase()));
  const startedAt = performance.now();
  const response = await fetch(`${baseUrl}/v1/messages`, {
    method: 'POST',
    headers: Object.fromEntries(headers),
    body: JSON.stringify({ ...request.body, stream: true, max_tokens: maxTokens }),
  });
  let usage: Partial<Usage> = {};
  let firstEventMs: number | undefined;
  let firstTokenMs: number | undefined;
  let error: string | undefined;

  if (!response.ok || !response.body) error = await readError(response);
  else {
    const decoder = createSseDecoder();
    for await (const bytes of response.body) {
      for (const { data } of decoder.decode(bytes as Uint8Array)) take(JSON.parse(data) as MessageEvent);
    }
  }
  const cachedTokens = usage.cache_read_input_tokens ?? 0;
  return {
    status: response.status,
    requestId: response.headers.get('request-id') ?? undefined,
    promptTokens: (usage.input_tokens ?? 0) + cachedTokens,
    cachedTokens,
    firstEventMs,
    firstTokenMs,
    error,
  };

  function take(event: MessageEvent): void {
    const elapsedMs = performance.now() - startedAt;
    if (event.type !== 'ping') firstEventMs ??= elapsedMs;
    if (event.type === 'content_block_start') firstTokenMs ??= elapsedMs;
    // The end's counts are the true ones; llama-server's own endpoint leaves some out there.
    usage = { ...usage, ...event.message?.usage, ...event.usage };
    if (event.type === 'error') error = event.error?.message ?? 'error without a message';
  }
}

async function readError(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return (JSON.parse(text) as MessageEvent).error?.message ?? text;
  } catch {
    return text;
  }
}
