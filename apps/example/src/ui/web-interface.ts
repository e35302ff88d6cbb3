import { fileURLToPath } from 'node:url';
import type { ServerResponse } from 'node:http';
import type { Observe, Upstream } from '@llama-messages/core';
import { toPath } from '@llama-messages/core/node';
import { createInspector } from '../inspector/create-inspector.ts';
import { createActivity } from '../status/activity.ts';
import { probeServer } from '../status/probe-server.ts';
import { createServerStatus } from '../status/server-status.ts';
import { probeUpstream } from '../status/upstream-probe.ts';
import { createGuard } from './guard.ts';
import type { Middleware } from './middleware.ts';
import { servePages } from './pages.ts';
import type { Problem } from './api.ts';
import { setSecurityHeaders } from './security-headers.ts';

export interface WebInterfaceOptions {
  readonly host: string;
  readonly apiKeys: readonly string[];
  readonly framework: string;
  readonly upstream: string | Upstream;
  readonly upstreamApiKey: string | undefined;
  /** Of the upstream, as in the ready line. */
  readonly description: string;
  /** Keep what clients send and get, and show it. */
  readonly inspect: boolean;
  /** Of the built page. @defaultValue what the build of this app makes */
  readonly folder?: string;
}

/** The page, and what it shows. */
export interface WebInterface {
  /** In front of everything else; what it has nothing for goes on. */
  readonly middleware: Middleware;
  /** For `observers` of the Messages API's options. */
  readonly observers: readonly Observe[];
  /** Ends the streams that pages have open, which would keep the server from closing. */
  close(): void;
}

const builtPage = fileURLToPath(new URL('../web/', import.meta.url));
const apiPath = '/ui/api';

/** Returns the web interface: the page at `/`, and its data below `/ui/api`, which only the page itself may read. */
export function createWebInterface(options: WebInterfaceOptions): WebInterface {
  const { upstream, upstreamApiKey, description, framework, inspect, folder = builtPage } = options;
  const guard = createGuard(options);
  const pages = servePages(folder);
  const probe =
    typeof upstream === 'string' ? probeServer(upstream, upstreamApiKey) : probeUpstream(upstream);
  const activity = createActivity();
  const status = createServerStatus({ activity, probe, description, framework, inspector: inspect });
  const inspector = inspect ? createInspector({ countTokens: probe.countTokens }) : undefined;

  return {
    observers: inspector ? [activity.observe, inspector.observe] : [activity.observe],
    close: () => inspector?.close(),
    middleware(request, response, next) {
      const path = toPath(request.url);
      if (!path.startsWith(`${apiPath}/`)) return pages(request, response, next);
      setSecurityHeaders(response);
      response.setHeader('cache-control', 'no-store');
      const refusal = guard(request);
      if (refusal) return sendProblem(response, refusal.status, refusal);
      const below = path.slice(apiPath.length);
      if (below === '/status' && request.method === 'GET') {
        void status().then((body) => sendJson(response, 200, body));
      } else if (!below.startsWith('/exchanges')) {
        sendProblem(response, 404, { error: `There is no ${request.method} ${path} here.` });
      } else if (inspector) {
        inspector.handler(request, response, below);
      } else {
        sendProblem(response, 404, {
          error: 'The inspector is off, because it keeps prompts in memory. Start the app with --inspect.',
        });
      }
    },
  };
}

function sendProblem(response: ServerResponse, status: number, { error }: Problem): void {
  sendJson(response, status, { error } satisfies Problem);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
