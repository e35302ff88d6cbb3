import { type ConformanceCase, expectError, requestOf, streamOf } from '../conformance-case.ts';

const refused = { status: 401, type: 'authentication_error' } as const;

/** Who is let in, and with which key the upstream is asked. */
export const authCases: readonly ConformanceCase[] = [
  {
    id: 'auth.refused',
    title:
      'MUST answer 401 to a missing, an empty and a wrong key, on every route, before anything is asked upstream',
    run: async (context) => {
      const { client, upstream } = await context.createServer({ auth: ['key-one', 'key-two'] });
      const wrong: Record<string, string>[] = [
        {},
        { 'x-api-key': '' },
        { 'x-api-key': 'key' },
        { 'x-api-key': 'key-one ,key-two' },
        { authorization: 'Bearer nope' },
        { authorization: 'Basic key-one' },
      ];
      for (const headers of wrong) {
        await expectError(context, await client.messages(requestOf('Hello'), headers), refused);
        await expectError(context, await client.messages(streamOf('Hello'), headers), refused);
      }
      await expectError(context, await client.request('GET', '/v1/models'), refused);
      const body = requestOf('Hello');
      await expectError(
        context,
        await client.request('POST', '/v1/messages/count_tokens', { body }),
        refused,
      );
      context.expect(upstream.calls).toHaveLength(0);
    },
  },
  {
    id: 'auth.accepted',
    title: 'MUST accept the key as x-api-key and as a Bearer token, and never send it upstream',
    run: async ({ createServer, expect }) => {
      const { client, upstream } = await createServer({ auth: ['key-one', 'key-two'] });
      for (const headers of [
        { 'x-api-key': 'key-one' },
        { authorization: 'Bearer key-two' },
        { authorization: 'bearer key-two' },
      ]) {
        const response = await client.messages(requestOf('Hello'), headers);
        expect(response.status, await response.text()).toBe(200);
      }
      expect(upstream.calls.length).toBeGreaterThan(0);
      for (const call of upstream.calls) expect(JSON.stringify(call.headers)).not.toMatch(/key-(one|two)/);
    },
  },
  {
    id: 'auth.open',
    title: 'MUST let everybody in without the option, and never send a client key upstream',
    run: async ({ client, upstream, expect }) => {
      const headers = { 'x-api-key': 'sk-client', authorization: 'Bearer sk-client' };
      const response = await client.messages(requestOf('Hello'), headers);
      expect(response.status, await response.text()).toBe(200);
      for (const call of upstream.calls) expect(JSON.stringify(call.headers)).not.toContain('sk-client');
    },
  },
  {
    id: 'auth.upstream-key',
    title: 'MUST send the key of the upstream, and only that one, with every call',
    run: async ({ createServer, expect }) => {
      const { client, upstream } = await createServer({ upstreamApiKey: 'sk-upstream' });
      await (await client.messages(requestOf('Hello'), { authorization: 'Bearer sk-client' })).text();
      expect(upstream.calls.length).toBeGreaterThan(0);
      for (const call of upstream.calls)
        expect(call.headers.authorization, call.path).toBe('Bearer sk-upstream');
    },
  },
  {
    id: 'auth.function',
    title:
      'MUST ask the function of the host, which may take its time, and treat its failure as a refusal to serve',
    run: async (context) => {
      const seen: (string | undefined)[] = [];
      const { client } = await context.createServer({
        auth: async (key) => {
          seen.push(key);
          await Promise.resolve();
          if (key === 'boom') throw new Error('database is down');
          return key === 'good';
        },
      });
      const ask = (key: string) => client.messages(requestOf('Hello'), { 'x-api-key': key });
      const good = await ask('good');
      context.expect(good.status, await good.text()).toBe(200);
      await expectError(context, await ask('bad'), refused);
      await expectError(context, await ask('boom'), {
        status: 500,
        type: 'api_error',
        message: /^(?!.*database)/,
      });
      await expectError(context, await client.messages(requestOf('Hello')), refused);
      context.expect(seen).toEqual(['good', 'bad', 'boom', undefined]);
    },
  },
];
