import { toPath } from '@llama-messages/core/node';
import { readEarlyBody } from './early-body.ts';
import type { ExpressRequest } from './platform.ts';

/** The part of an Express application that {@link useExpressBodyParser} needs. */
export interface ExpressApp {
  use(middleware: (request: ExpressRequest, response: unknown, next: () => void) => void): unknown;
}

/**
 * Makes an Express application read the bodies of requests to the API, and only those, up to `maxBytes`.
 *
 * @remarks Must run before Nest registers its own parser (100 kB), which happens in `app.init()`: Express runs
 * middleware in the order of registration.
 */
export function useExpressBodyParser(
  app: ExpressApp,
  isMessagesPath: (path: string) => boolean,
  maxBytes: number,
): void {
  app.use(async (request, _response, next) => {
    if (isMessagesPath(toPath(request.url))) {
      const isRead = await readEarlyBody(request, maxBytes);
      // What body-parser 1 looks at; 2 sees by itself that the stream has ended.
      Object.assign(request, { _body: true });
      if (!isRead) hideBody(request);
    }
    next();
  });
}

/** A body that was refused is still on its way, and the next parser would answer for it in its own words. */
function hideBody({ headers }: ExpressRequest): void {
  delete headers['content-length'];
  delete headers['transfer-encoding'];
}
