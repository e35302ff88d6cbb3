import Anthropic from '@anthropic-ai/sdk';
import { createMessagesHandler, type ExchangeReport, type UpstreamModel } from '@llama-messages/core';
import { toFetchHandler } from '@llama-messages/core/fetch';

export type Ask = Omit<Anthropic.MessageCreateParamsStreaming, 'model' | 'stream'>;

/** How one request for a message went. */
export type Trial = Answered | Failed;

export interface Answered {
  readonly ok: true;
  readonly message: Anthropic.Message;
  readonly text: string;
  /** Milliseconds to the first token of any kind. */
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number | undefined;
  /** The server told how far it was while it read the prompt. */
  readonly hadProgress: boolean;
}

export interface Failed {
  readonly ok: false;
  /** HTTP status; undefined for an error inside of the stream, and after `limitMs`. */
  readonly status: number | undefined;
  readonly message: string;
  /** What the model server itself said, where that is known. */
  readonly cause: string;
}

/** A client and a server of the Messages API in front of a model server, all of it but the network between the two. */
export interface Trials {
  /** Models, as the first answer to each question brings them. */
  models(): Promise<readonly Anthropic.ModelInfo[]>;
  ask(request: Ask): Promise<Trial>;
  /** What core found out about the server; undefined before the first request for a message reached it. */
  server(): { readonly name: string; readonly model: UpstreamModel } | undefined;
  close(): Promise<void>;
}

/** Longer than a machine without a GPU needs for the short prompts of the doctor. */
const limitMs = 180_000;

export function createTrials(upstream: string, upstreamApiKey: string | undefined): Trials {
  let server: { name: string; model: UpstreamModel } | undefined;
  let report: ExchangeReport | undefined;
  let hadProgress = false;
  const handler = createMessagesHandler({
    upstream,
    upstreamApiKey,
    // What is loading or down is to be told, not waited for.
    loadingTimeoutMs: 0,
    observers: [
      () => ({
        onUpstreamRequest: (request) => {
          server = { name: request.server, model: request.model };
        },
        onProgress: ({ phase }) => {
          hadProgress ||= phase === 'prompt';
        },
        onEnd: (ended) => {
          report = ended;
        },
      }),
    ],
  });
  const answer = toFetchHandler(handler);
  const client = new Anthropic({
    baseURL: 'http://doctor',
    apiKey: 'none',
    maxRetries: 0,
    fetch: async (url, init) => answer(new Request(url, init)),
  });

  return {
    async models() {
      return (await client.models.list()).data;
    },
    async ask(request) {
      report = undefined;
      hadProgress = false;
      const startedAt = performance.now();
      let firstAt: number | undefined;
      try {
        const stream = client.messages.stream(
          { ...request, model: 'doctor' },
          { signal: AbortSignal.timeout(limitMs) },
        );
        for await (const { type } of stream) {
          if (type === 'content_block_start') firstAt ??= performance.now();
        }
        const message = await stream.finalMessage();
        const endedAt = performance.now();
        // The first token came with its own prompt, so it says nothing about the speed of the others.
        const others = message.usage.output_tokens - 1;
        const writingMs = endedAt - (firstAt ?? endedAt);
        return {
          ok: true,
          message,
          text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
          firstTokenMs: (firstAt ?? endedAt) - startedAt,
          tokensPerSecond: others > 0 && writingMs > 0 ? (others * 1_000) / writingMs : undefined,
          hadProgress,
        };
      } catch (error) {
        return toFailed(error, report);
      }
    },
    server: () => server,
    close: () => handler.close(),
  };
}

function toFailed(error: unknown, report: ExchangeReport | undefined): Failed {
  const status = error instanceof Anthropic.APIError ? error.status : undefined;
  const cause = report?.error?.cause;
  return {
    ok: false,
    status: typeof status === 'number' ? status : undefined,
    message:
      error instanceof Anthropic.APIUserAbortError
        ? `No whole answer within ${limitMs / 1_000} s`
        : (report?.error?.message ?? (error instanceof Error ? error.message : String(error))),
    cause: cause instanceof Error ? cause.message : '',
  };
}
