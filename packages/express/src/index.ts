/**
 * The Anthropic Messages API as Express middleware.
 *
 * @packageDocumentation
 */
import { createMessagesHandler, type MessagesOptions } from '@llama-messages/core';
import { toNodeListener, toPath, writeNodeResponse } from '@llama-messages/core/node';
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';

export type { MessagesOptions } from '@llama-messages/core';

/** What {@link llamaMessages} returns. */
export interface LlamaMessagesMiddleware extends RequestHandler {
  /**
   * Answers errors that middleware in front has raised for the API's own paths, such as malformed JSON that
   * `express.json()` met, in Anthropic's shape; others go on to the host's error handler. Only needed where a body parser
   * stands in front: `app.use(middleware.errorHandler)` after it.
   */
  readonly errorHandler: ErrorRequestHandler;
  /** Frees what the upstream holds; belongs into the host's shutdown. */
  close(): Promise<void>;
}

/**
 * Returns middleware for Express 4 and 5 that serves the Messages API below the path it is mounted at, and
 * passes every other request on. It reads bodies itself (up to 32 MiB), and takes those that `express.json()` in front
 * has read; that parser's limit of 100 kB is too small for agents, so mount it before.
 *
 * @throws TypeError if an option is wrong, with what to change
 * @example
 * ```ts
 * import express from 'express';
 * import { llamaMessages } from '@llama-messages/express';
 *
 * const app = express();
 * app.use(llamaMessages({ upstream: 'http://127.0.0.1:8080' }));
 * app.listen(8787);
 * ```
 */
export function llamaMessages(options: MessagesOptions): LlamaMessagesMiddleware {
  const handler = createMessagesHandler(options);
  const listener = toNodeListener(handler);

  function middleware(req: Request, res: Response, next: NextFunction): void {
    if (handler.matches(req.method, toPath(req.url))) void listener(req, res);
    else next();
  }
  function errorHandler(error: unknown, req: Request, res: Response, next: NextFunction): void {
    if (handler.matches(req.method, toPath(req.url))) void writeNodeResponse(res, handler.fail(error));
    else next(error);
  }
  return Object.assign(middleware, { errorHandler, close: () => handler.close() });
}
