import { fixtureAnswer } from '../answer.ts';
import type { ClientResponse } from '../client.ts';
import { type ConformanceCase, requestOf, streamOf } from '../conformance-case.ts';

/** What the answers' headers say. */
export const headerCases: readonly ConformanceCase[] = [
  {
    id: 'headers.request-id',
    title: 'MUST send a request-id of its own with every answer',
    run: async ({ client, upstream, expect }) => {
      const ids = new Set<unknown>();
      const look = async (what: string, response: ClientResponse) => {
        await response.text();
        expect(response.headers['request-id'], what).toMatch(/^req_/);
        ids.add(response.headers['request-id']);
      };
      await look('message', await client.messages(requestOf('Hello')));
      await look('stream', await client.messages(streamOf('Hello')));
      await look('bad request', await client.messages({}));
      await look('malformed', await client.messages('{'));
      await look('wrong method', await client.request('GET', '/v1/messages'));
      await look('models', await client.request('GET', '/v1/models'));
      await look(
        'count',
        await client.request('POST', '/v1/messages/count_tokens', { body: requestOf('Hello') }),
      );
      upstream.answer(fixtureAnswer('error-overflow'));
      await look('refused', await client.messages(requestOf('Hello')));
      expect(ids.size).toBe(8);
    },
  },
  {
    id: 'headers.stream',
    title: 'MUST send streams so that nothing between server and client holds or changes them',
    run: async ({ client, expect }) => {
      const response = await client.messages(streamOf('Hello'), { 'accept-encoding': 'gzip, deflate, br' });
      await response.text();
      const { headers } = response;
      expect(headers['content-type']).toMatch(/^text\/event-stream(;\s*charset=utf-8)?$/);
      expect(headers['cache-control']).toContain('no-cache');
      expect(headers['cache-control']).toContain('no-transform');
      expect(headers['x-accel-buffering']).toBe('no');
      expect(headers['content-length']).toBeUndefined();
      expect(headers['content-encoding']).toBeUndefined();
    },
  },
  {
    id: 'headers.json',
    title: 'MUST send messages as application/json',
    run: async ({ client, expect }) => {
      const response = await client.messages(requestOf('Hello'));
      await response.text();
      expect(response.headers['content-type']).toMatch(/^application\/json/);
    },
  },
];
