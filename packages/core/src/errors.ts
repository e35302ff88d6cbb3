import type { ErrorBody, ErrorType } from './messages/types.ts';

/** HTTP status of each error type. Source: Anthropic's error table; 529 is its own invention and what clients retry on. */
const statusOf: Record<ErrorType, number> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

export interface MessagesErrorOptions {
  /** What really happened; for hooks and logs, never for the client. */
  cause?: unknown;
  /** Seconds until a retry makes sense; sent as `retry-after`. */
  retryAfter?: number;
  /** Sent as `x-should-retry`, which overrides the retry policy of the SDKs and of Claude Code. */
  shouldRetry?: boolean;
  /** Sent as `error.details`; `error_code` becomes `APIError.errorCode` in the SDK. */
  details?: Record<string, unknown>;
  /** @defaultValue the status of the error type */
  status?: number;
  /** Of the model server, where that is the reason: `loading` ends by itself, `down` when somebody starts it. */
  upstreamState?: 'loading' | 'down';
  /** Extra response headers, such as `allow`. */
  headers?: Readonly<Record<string, string>>;
}

/**
 * The one error class: everything that goes wrong becomes one, with a message that the client may read.
 * Throw it from the functions in the options (`auth`, `models`) to answer with a status of your own.
 *
 * @example
 * ```ts
 * throw new MessagesError('permission_error', 'This key may not use large models.');
 * ```
 */
export class MessagesError extends Error {
  override readonly name = 'MessagesError';
  readonly type: ErrorType;
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly shouldRetry: boolean | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly upstreamState: 'loading' | 'down' | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(type: ErrorType, message: string, options: MessagesErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.type = type;
    this.status = options.status ?? statusOf[type];
    this.retryAfter = options.retryAfter;
    this.shouldRetry = options.shouldRetry;
    this.details = options.details;
    this.upstreamState = options.upstreamState;
    this.headers = options.headers ?? {};
  }

  /** True for a {@link MessagesError} of any copy of this package. */
  static is(error: unknown): error is MessagesError {
    return (
      error instanceof MessagesError ||
      (error instanceof Error && error.name === 'MessagesError' && 'status' in error)
    );
  }
}

/**
 * Returns `error` itself if it is a {@link MessagesError}. An error that carries a 4xx status, as the frameworks' own do,
 * keeps status and message; anything else becomes a 500 that says nothing about the inside. The original is
 * kept as `cause` for hooks.
 */
export function toMessagesError(error: unknown): MessagesError {
  if (MessagesError.is(error)) return error;
  const status = clientStatus(error);
  if (status === undefined) return new MessagesError('api_error', 'Internal server error', { cause: error });
  const type = (Object.keys(statusOf) as ErrorType[]).find((candidate) => statusOf[candidate] === status);
  return new MessagesError(type ?? 'invalid_request_error', (error as Error).message, {
    cause: error,
    status,
  });
}

/** `statusCode` is Fastify's and http-errors' name, `status` Express's and Nest's. */
function clientStatus(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { statusCode, status } = error as Error & { statusCode?: unknown; status?: unknown };
  const value = statusCode ?? status;
  return typeof value === 'number' && value >= 400 && value < 500 ? value : undefined;
}

/** Returns the body that Anthropic's API answers errors with, for JSON and for `event: error` alike. */
export function toErrorBody(error: MessagesError, requestId: string): ErrorBody {
  return {
    type: 'error',
    error: { type: error.type, message: error.message, ...(error.details && { details: error.details }) },
    request_id: requestId,
  };
}

/** Returns the response headers that tell a client whether and when to retry. */
export function errorHeaders(error: MessagesError): Record<string, string> {
  return {
    ...error.headers,
    ...(error.retryAfter !== undefined && { 'retry-after': String(Math.ceil(error.retryAfter)) }),
    ...(error.shouldRetry !== undefined && { 'x-should-retry': String(error.shouldRetry) }),
  };
}
