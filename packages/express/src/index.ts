/**
 * The Anthropic Messages API as Express middleware.
 *
 * @packageDocumentation
 */
import { createMessagesHandler, type MessagesHandler, type MessagesOptions } from '@llama-messages/core';
import { toNodeListener, toPath } from '@llama-messages/core/node';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

export type { MessagesOptions } from '@llama-messages/core';

/** Middleware, and the handler behind it, whose `close()` belongs into the host's shutdown. */
export type LlamaMessagesMiddleware = RequestHandler & Pick<MessagesHandler, 'close'>;

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
  return Object.assign(middleware, { close: () => handler.close() });
}
