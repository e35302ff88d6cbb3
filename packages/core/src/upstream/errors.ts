import { MessagesError } from '../errors.ts';

/** The body that OpenAI-like servers answer errors with, and what llama-server adds to it. */
interface UpstreamErrorBody {
  message: string;
  type: string;
  code: unknown;
  promptTokens: number | undefined;
  contextWindow: number | undefined;
}

/** The cause of a {@link MessagesError} for an answer that was no success: what the upstream said, for hooks and logs only. */
class UpstreamStatusError extends Error {
  override readonly name = 'UpstreamStatusError';
  readonly status: number;

  constructor(status: number, body: string) {
    super(`The model server answered ${status}: ${body.slice(0, 2_000)}`);
    this.status = status;
  }
}

/** True if the upstream has no such route, which older versions of a server answer with. */
export function isNotServed(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof UpstreamStatusError && error.cause.status === 404;
}

/** How many seconds a client should wait for a server that is down or loading. */
const retryAfter = { down: 5, loading: 2 } as const;

/**
 * Returns the error for an answer that is not a success, in the words that clients parse.
 * The table is llama-server's (`tools/server/server-http.cpp`, `server-task.cpp`), with the wordings of vLLM,
 * SGLang, Ollama and LM Studio for the same things.
 *
 * @param status - 200 for an error inside of a stream
 */
export function toUpstreamError(status: number, body: string): MessagesError {
  const error = parse(body);
  const cause = new UpstreamStatusError(status, body);
  const overflow = findOverflow(error);
  if (overflow) {
    return new MessagesError(
      'invalid_request_error',
      `prompt is too long: ${overflow.tokens} tokens > ${overflow.limit} maximum`,
      { cause },
    );
  }
  const { message } = error;
  if (/^loading model|model is loading|stream owner model is loading/i.test(message)) {
    return new MessagesError('overloaded_error', 'The model is still loading', {
      cause,
      retryAfter: retryAfter.loading,
      upstreamState: 'loading',
    });
  }
  if (/^context size has been exceeded/i.test(message)) {
    // All that its slots share is taken; each prompt for itself fits.
    return new MessagesError(
      'overloaded_error',
      "The model server's context is full: its slots share it. Trying again may help; fewer requests at a time or a larger context will.",
      { cause, retryAfter: retryAfter.down },
    );
  }
  if (status === 401 || status === 403 || error.type === 'authentication_error') {
    return new MessagesError('api_error', 'The model server refused the key that this server uses for it', {
      cause,
      shouldRetry: false,
    });
  }
  const missing =
    /^model '(.+)' not found|model is not loaded|model name is missing|The model `(.+)` does not exist/i.exec(
      message,
    );
  if (missing)
    return new MessagesError('not_found_error', `model: ${missing[1] ?? missing[2] ?? 'not loaded'}`, {
      cause,
    });
  if (status === 404) {
    return new MessagesError(
      'api_error',
      'The model server does not serve chat completions at this address',
      {
        cause,
        shouldRetry: false,
      },
    );
  }
  const said = message === '' ? '' : `: ${scrub(message)}`;
  if (isClientFault(status, message)) {
    return new MessagesError('invalid_request_error', `The model server refused the request${said}`, {
      cause,
    });
  }
  if (status === 429)
    return new MessagesError('rate_limit_error', `The model server has too many requests${said}`, { cause });
  if (status === 503 || status === 529) {
    return new MessagesError('overloaded_error', `The model server is not available${said}`, {
      cause,
      retryAfter: retryAfter.down,
    });
  }
  if (status === 504 || status === 408)
    return new MessagesError('timeout_error', 'The model server took too long', { cause });
  if (/failed to parse input/i.test(message)) {
    return new MessagesError(
      'api_error',
      `The model server could not read what the model wrote${said}. Trying again may help; so may a newer llama.cpp, or the chat template of the model's authors.`,
      { cause },
    );
  }
  return new MessagesError('api_error', `The model server failed${said}`, { cause });
}

/** Returns the error for a request that got no answer at all. */
export function toNetworkError(error: unknown): MessagesError {
  if (MessagesError.is(error)) return error;
  const code = networkCode(error);
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new MessagesError('timeout_error', 'The model server took too long', { cause: error });
  }
  return new MessagesError('overloaded_error', 'The model server cannot be reached. Is it running?', {
    cause: error,
    retryAfter: retryAfter.down,
    upstreamState: 'down',
  });
}

/** Returns the error for an answer that broke off. */
export function toCutError(cause?: unknown): MessagesError {
  if (MessagesError.is(cause)) return cause;
  return new MessagesError('api_error', 'The model server broke off its answer', { cause });
}

/** Deterministic faults of the request that llama-server reports as 500, which clients would try again for minutes. */
const deterministic: readonly RegExp[] = [
  /jinja exception|error: .*template|raise_exception/i,
  /image input is not supported|does not support (images|multimodal|vision)/i,
  /parse error|failed to parse messages|json\.exception/i,
  /json schema error|failed to parse grammar|failed to initialize samplers/i,
  /system message must be at the beginning/i,
];

function isClientFault(status: number, message: string): boolean {
  if (status === 501) return true;
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return true;
  return status >= 500 && deterministic.some((pattern) => pattern.test(message));
}

function findOverflow(error: UpstreamErrorBody): { tokens: number; limit: number } | undefined {
  if (error.type === 'exceed_context_size_error' && error.promptTokens && error.contextWindow) {
    return { tokens: error.promptTokens, limit: error.contextWindow };
  }
  for (const { pattern, tokens, limit } of overflowWordings) {
    const match = pattern.exec(error.message);
    if (match) return { tokens: Number(match[tokens]), limit: Number(match[limit]) };
  }
  return undefined;
}

const overflowWordings: readonly { pattern: RegExp; tokens: number; limit: number }[] = [
  {
    pattern: /request \((\d+) tokens\) exceeds the available context size \((\d+) tokens\)/i,
    tokens: 1,
    limit: 2,
  },
  // vLLM
  { pattern: /maximum context length is (\d+) tokens.*?requested (\d+) tokens/is, tokens: 2, limit: 1 },
  {
    pattern:
      /maximum context length (?:is|of) (\d+) tokens?.*?(?:input|prompt|request)\D{0,60}?(\d+) (?:input )?tokens/is,
    tokens: 2,
    limit: 1,
  },
  {
    pattern: /prompt \((?:total )?length (\d+)\) is longer than the maximum model length of (\d+)/i,
    tokens: 1,
    limit: 2,
  },
  // SGLang
  {
    pattern: /input \((\d+) tokens\) is longer than the model'?s context length \((\d+) tokens\)/i,
    tokens: 1,
    limit: 2,
  },
  // LM Studio
  {
    pattern: /keep from the initial prompt \((\d+)\).*?context (?:length|size|overflow)\D*(\d+)/is,
    tokens: 1,
    limit: 2,
  },
  { pattern: /prompt is too long: (\d+) tokens > (\d+) maximum/i, tokens: 1, limit: 2 },
];

function parse(body: string): UpstreamErrorBody {
  const nothing = {
    message: '',
    type: '',
    code: undefined,
    promptTokens: undefined,
    contextWindow: undefined,
  };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return nothing;
  }
  if (!isRecord(value)) return nothing;
  const error = value['error'] ?? value;
  if (typeof error === 'string') return { ...nothing, message: error };
  if (!isRecord(error)) return nothing;
  return {
    message: text(error['message']) || text(error['detail']),
    type: text(error['type']),
    code: error['code'],
    promptTokens: number(error['n_prompt_tokens']),
    contextWindow: number(error['n_ctx']),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Takes addresses and file paths out of an upstream's words, and keeps the first line or so. */
function scrub(message: string): string {
  return message
    .replaceAll(/\bhttps?:\/\/\S+/g, '<url>')
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>')
    .replaceAll(/(?<=^|[\s'"(])\/(?:[\w.-]+\/)+[\w.-]+/g, '<path>')
    .replace(/\n\s+at .*/s, '')
    .slice(0, 500);
}

function networkCode(error: unknown): string {
  if (!isRecord(error)) return '';
  if (typeof error['code'] === 'string') return error['code'];
  return networkCode(error['cause']);
}
