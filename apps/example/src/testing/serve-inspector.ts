import { createServer } from 'node:http';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener, toPath } from '@llama-messages/core/node';
import { createScriptedLlamaServer, listen } from '@llama-messages/testkit';
import { onTestFinished } from 'vitest';
import type { ExchangeDetail, ExchangeList } from '../inspector/api.ts';
import { createInspector, type InspectorOptions } from '../inspector/create-inspector.ts';

export const clientKey = 'sk-ant-api03-this-is-a-secret-wxyz';

/** Starts the API with an inspector, in front of a scripted llama-server, until the end of the test. */
export async function serveInspector(options: InspectorOptions = {}) {
  const upstream = await createScriptedLlamaServer();
  const inspector = createInspector(options);
  const handler = createMessagesHandler({
    upstream: upstream.url,
    observers: [inspector.observe],
    graceMs: 20,
  });
  const api = toNodeListener(handler);
  const server = await listen(
    createServer((request, response) => {
      const path = toPath(request.url);
      if (path.startsWith('/exchanges')) inspector.handler(request, response, path);
      else void api(request, response);
    }),
  );
  onTestFinished(async () => {
    inspector.close();
    await server.close();
    await handler.close();
    await upstream.close();
  });

  async function get<Answer>(path: string): Promise<Answer> {
    const response = await fetch(server.url + path);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
  return {
    url: server.url,
    upstream,
    get,
    list: async () => (await get<ExchangeList>('/exchanges')).exchanges,
    detail: (id: string) => get<ExchangeDetail>(`/exchanges/${id}`),
    async newest() {
      const [summary] = (await get<ExchangeList>('/exchanges')).exchanges;
      if (!summary) throw new Error('There is no exchange');
      return get<ExchangeDetail>(`/exchanges/${summary.id}`);
    },
    ask: (body: Record<string, unknown> = {}, init: RequestInit = {}) =>
      fetch(`${server.url}/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': clientKey, 'user-agent': 'curl/8.5.0' },
        body: JSON.stringify({
          model: 'claude-sonnet-4-5',
          max_tokens: 64,
          stream: true,
          messages: [{ role: 'user', content: 'Hello' }],
          ...body,
        }),
        ...init,
      }),
  };
}
