import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Observe } from '@llama-messages/core';
import type { ExchangeList } from './api.ts';
import { createExchangeFeed } from './exchange-feed.ts';
import { type ExchangeRecord, toDetailJson, toWholeChat } from './exchange-record.ts';
import { recordExchange } from './exchange-recorder.ts';
import { createExchangeStore } from './exchange-store.ts';
import { type CountTokens, countSections } from './prompt-sections.ts';

export interface InspectorOptions {
  /** Of memory for what is captured; the oldest exchanges are forgotten. @defaultValue 64 MiB */
  readonly maxBytes?: number | undefined;
  /** @defaultValue 500 */
  readonly maxExchanges?: number | undefined;
  /** Counts the sections of a prompt when somebody looks at them. @defaultValue shared out by length */
  readonly countTokens?: CountTokens | undefined;
}

/** Keeps the last exchanges in memory and shows them. */
export interface Inspector {
  /** For `observers` of the Messages API's options. */
  readonly observe: Observe;
  /**
   * Answers requests for `/exchanges` and what is below it; `path` counts from where the inspector is mounted.
   * @remarks What it answers are prompts: whoever mounts it decides who may see them.
   */
  handler(request: IncomingMessage, response: ServerResponse, path: string): void;
  /** Ends the streams that are open, which would keep a server from closing. */
  close(): void;
}

const newline = Buffer.from('\n');
const countTimeoutMs = 5_000;

/**
 * Returns an inspector with nothing in it.
 *
 * @example
 * ```ts
 * const inspector = createInspector({ maxBytes: 16 * 1024 * 1024 });
 * app.use('/inspector', (req, res) => inspector.handler(req, res, req.path));
 * app.use(llamaMessages({ upstream, observers: [inspector.observe] }));
 * ```
 */
export function createInspector(options: InspectorOptions = {}): Inspector {
  const { maxBytes = 64 * 1024 * 1024, maxExchanges = 500, countTokens } = options;
  const feed = createExchangeFeed();
  const store = createExchangeStore({ maxBytes, maxExchanges, onRemoved: feed.removed });
  // A record has at most two chat requests, so one always fits.
  const maxPartBytes = Math.floor(maxBytes / 8);

  function list(): ExchangeList {
    const exchanges = store.all().map(({ summary }) => summary);
    return { exchanges: exchanges.toReversed(), bytes: store.bytes, maxBytes, maxExchanges };
  }

  async function sendDetail(record: ExchangeRecord, response: ServerResponse): Promise<void> {
    const chat = record.sections?.counted === true ? undefined : toWholeChat(record);
    if (countTokens && chat) {
      const counted = await countSections(chat, countTokens, AbortSignal.timeout(countTimeoutMs));
      record.sections = counted ?? record.sections;
    }
    sendJson(response, 200, toDetailJson(record));
  }

  function sendLines(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'application/jsonl; charset=utf-8',
      'content-disposition': `attachment; filename="exchanges.jsonl"`,
    });
    Readable.from(toLines(store.all())).pipe(response);
  }

  return {
    observe: (start) => recordExchange(start, { store, maxPartBytes, onChanged: feed.changed }),
    handler(request, response, path) {
      const { method = 'GET' } = request;
      const id = /^\/exchanges\/([\w-]+)$/.exec(path)?.[1];
      if (path === '/exchanges' && method === 'GET') {
        if (request.headers.accept?.includes('text/event-stream')) feed.open(response, list());
        else sendJson(response, 200, JSON.stringify(list()));
      } else if (path === '/exchanges' && method === 'DELETE') {
        store.clear();
        response.writeHead(204).end();
      } else if (path === '/exchanges.jsonl' && method === 'GET') {
        sendLines(response);
      } else if (id !== undefined && method === 'GET') {
        const record = store.get(id);
        if (record) void sendDetail(record, response);
        else sendProblem(response, 404, `There is no exchange ${id} any more: only the last ones are kept.`);
      } else {
        sendProblem(response, 404, `There is no ${method} ${path} here.`);
      }
    },
    close: () => feed.close(),
  };
}

function* toLines(records: readonly ExchangeRecord[]): Generator<Buffer> {
  for (const record of records) yield Buffer.concat([toDetailJson(record), newline]);
}

function sendProblem(response: ServerResponse, status: number, error: string): void {
  sendJson(response, status, JSON.stringify({ error }));
}

function sendJson(response: ServerResponse, status: number, body: string | Uint8Array): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
