import { Agent } from 'node:http';
import { createClient } from '../client.ts';
import { type ConformanceCase, expectError, requestOf } from '../conformance-case.ts';

/** Which paths and methods are served. */
export const routingCases: readonly ConformanceCase[] = [
  {
    id: 'routing.query',
    title: 'MUST ignore the query, such as ?beta=true',
    run: async ({ client, expect }) => {
      for (const path of ['/v1/messages?beta=true', '/v1/messages/count_tokens?beta=true']) {
        const response = await client.request('POST', path, { body: requestOf('Hello') });
        expect(response.status, `${path}: ${await response.text()}`).toBe(200);
      }
    },
  },
  {
    id: 'routing.doubled-version',
    title: 'MUST serve /v1/v1/messages, which clients with a base URL that ends in /v1 ask for',
    run: async ({ client, expect }) => {
      const response = await client.request('POST', '/v1/v1/messages', { body: requestOf('Hello') });
      expect(response.status, await response.text()).toBe(200);
    },
  },
  {
    id: 'routing.probes',
    title: 'MUST answer the connectivity probes of Claude Code with an empty 200',
    run: async ({ client, expect }) => {
      for (const path of ['', '/', '/api/hello']) {
        const response = await client.request('HEAD', path);
        expect(await response.text(), path).toBe('');
        expect(response.status, path).toBe(200);
      }
    },
  },
  {
    id: 'routing.wrong-method',
    title: 'MUST answer a wrong method with 405 and the methods that are right',
    run: async (context) => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const response = await context.client.request(method, '/v1/messages');
        context.expect(response.headers.allow, method).toMatch(/\bPOST\b/);
        await expectError(context, response, { status: 405, type: 'invalid_request_error' });
      }
    },
  },
  {
    id: 'routing.kept-connections',
    title:
      'MUST answer every request of a client that keeps its connections, also after bodies that nobody read',
    run: async ({ createServer, expect }) => {
      const { url } = await createServer({ auth: ['right'], maxBodyBytes: 1024 * 1024 });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const client = createClient(url, agent);
      const key = { 'x-api-key': 'right' };
      const half = requestOf('x'.repeat(512 * 1024));
      const statuses: number[] = [];
      try {
        for (const [body, headers] of [
          [requestOf('Hello'), key],
          [half, {}],
          [requestOf('Hello', { stream: true }), key],
          [requestOf('x'.repeat(2 * 1024 * 1024)), key],
          [half, key],
          ['{', key],
          [requestOf('Hello'), key],
        ] as const) {
          const response = await client.messages(body, headers);
          await response.text();
          statuses.push(response.status);
        }
      } finally {
        agent.destroy();
      }
      expect(statuses).toEqual([200, 401, 200, 413, 200, 400, 200]);
    },
  },
  {
    id: 'routing.unknown',
    title: 'MUST answer paths that it does not serve with 404',
    run: async ({ client, expect }) => {
      for (const [method, path] of [
        ['POST', '/v1/complete'],
        ['GET', '/v1/nothing'],
        ['POST', '/v1/messages/batches'],
        ['POST', '/v1/messagesx'],
      ] as const) {
        const response = await client.request(method, path, method === 'POST' ? { body: {} } : {});
        await response.text();
        expect(response.status, path).toBe(404);
      }
    },
  },
];
