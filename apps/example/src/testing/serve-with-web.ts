import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { createScriptedLlamaServer, type ScriptedLlamaServer } from '@llama-messages/testkit';
import { onTestFinished } from 'vitest';
import type { Framework } from '../options.ts';
import type { ServeOptions, Served } from '../serve.ts';
import { createWebInterface, type WebInterface, type WebInterfaceOptions } from '../ui/web-interface.ts';

export interface ServedWithWeb {
  readonly url: string;
  readonly upstream: ScriptedLlamaServer;
  readonly web: WebInterface;
  /** Sends a request for a message, with an answer that is streamed unless `body` says otherwise. */
  ask(body?: Record<string, unknown>, init?: RequestInit): Promise<Response>;
  /** Returns the JSON of a path below `/ui/api`. */
  get<Answer>(path: string, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

const load: Record<Framework, () => Promise<{ serve(options: ServeOptions): Promise<Served> }>> = {
  express: () => import('../express.ts'),
  fastify: () => import('../fastify.ts'),
  nestjs: () => import('../nestjs.ts'),
};

/** Serves the API and the page on a free port, in front of a scripted llama-server, until the end of the test. */
export async function serveWithWeb(
  framework: Framework = 'fastify',
  options: Partial<WebInterfaceOptions> = {},
): Promise<ServedWithWeb> {
  const upstream = await createScriptedLlamaServer();
  const apiKeys = options.apiKeys ?? [];
  const web = createWebInterface({
    host: '127.0.0.1',
    apiKeys,
    framework,
    upstream: upstream.url,
    upstreamApiKey: undefined,
    description: 'scripted server',
    inspect: true,
    folder: await builtPage(),
    ...options,
  });
  const { serve } = await load[framework]();
  const served = await serve({
    host: '127.0.0.1',
    port: 0,
    upstream: options.upstream ?? upstream.url,
    auth: apiKeys.length > 0 ? apiKeys : undefined,
    observers: web.observers,
    middleware: [web.middleware],
  });
  const url = `http://127.0.0.1:${(served.server.address() as AddressInfo).port}`;
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    web.close();
    const closed = served.close();
    served.server.closeAllConnections();
    await closed;
    await upstream.close();
  };
  onTestFinished(close);
  const key = apiKeys[0];
  return {
    url,
    upstream,
    web,
    ask: (body = {}, init = {}) =>
      fetch(`${url}/v1/messages`, {
        method: 'POST',
        ...init,
        headers: {
          'content-type': 'application/json',
          ...(key !== undefined && { 'x-api-key': key }),
          ...init.headers,
        },
        body: JSON.stringify({
          model: 'any',
          max_tokens: 64,
          stream: true,
          messages: [{ role: 'user', content: 'Hello' }],
          ...body,
        }),
      }),
    async get<Answer>(path: string, headers: Record<string, string> = {}) {
      const response = await fetch(`${url}/ui/api${path}`, { headers });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as Answer;
    },
    close,
  };
}

/** What the build of the page makes, but small. */
async function builtPage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'llama-messages-page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>llama-messages</title>');
  await writeFile(join(folder, 'assets', 'index-1a2b3c.js'), 'export {};');
  return folder;
}
