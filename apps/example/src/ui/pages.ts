import type { ServerResponse } from 'node:http';
import sirv from 'sirv';
import type { Middleware } from './middleware.ts';
import { setSecurityHeaders } from './security-headers.ts';

const greeting = `This is llama-messages: the Anthropic Messages API is at POST /v1/messages.
Opened in a browser, this address shows a playground.
`;

const notBuilt = 'The web page is not built. In the folder of llama-messages: npm run build\n';

/** Returns middleware that serves the built page in `folder`, and passes on what is no file of it. */
export function servePages(folder: string): Middleware {
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
    if (!isRoot) return files(request, response, next);
    response.setHeader('vary', 'accept');
    if (!headers.accept?.includes('text/html')) return sendText(response, 200, greeting);
    files(request, response, () => sendText(response, 503, notBuilt));
  };
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
