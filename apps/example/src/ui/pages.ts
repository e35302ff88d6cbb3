import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sirv from 'sirv';
import { Failure } from '../failure.ts';
import type { Middleware } from './middleware.ts';
import { setSecurityHeaders } from './security-headers.ts';

const greeting = `This is llama-messages: the Anthropic Messages API is at POST /v1/messages.
Opened in a browser, this address shows a playground.
`;

/** Returns middleware that serves the built page in `folder`, and passes on what is no file of it. */
export function servePages(folder: string): Middleware {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Failure(`The web page is not built (${folder}): run npm run build, or start with --no-ui.`);
  }
  const files = sirv(folder, {
    // Looked up for each request: a build while the app runs replaces the files.
    dev: true,
    etag: true,
    setHeaders(response, path) {
      setSecurityHeaders(response);
      // The names of these have a hash of what is in them.
      const isHashed = path.startsWith('/assets/');
      response.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return (request, response, next) => {
    const { method, url = '/', headers } = request;
    // HEAD of the root is how Claude Code sees whether a server is there: the API answers that.
    if (method !== 'GET') return next();
    const isRoot = url === '/' || url.startsWith('/?');
    if (isRoot && !headers.accept?.includes('text/html')) {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', vary: 'accept' });
      response.end(greeting);
      return;
    }
    if (isRoot) response.setHeader('vary', 'accept');
    files(request, response, next);
  };
}
