import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { frameworks } from '../options.ts';
import { serveWithWeb } from '../testing/serve-with-web.ts';
import type { ExchangeList, Problem, ServerStatus } from './api.ts';

/** `fetch` would not send these headers as they are. */
async function get(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const [response] = (await once(request(url, { headers }).end(), 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

describe.each(frameworks)('%s', (framework) => {
  it('serves the page to a browser, with headers that let nothing foreign in', async () => {
    const { url } = await serveWithWeb(framework);
    const response = await fetch(url, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<title>llama-messages</title>');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html;charset=utf-8',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    const again = await fetch(url, {
      headers: { accept: 'text/html', 'if-none-match': response.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  it('lets browsers keep what has a hash in its name', async () => {
    const { url } = await serveWithWeb(framework);
    const response = await fetch(`${url}/assets/index-1a2b3c.js`);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toBe('text/javascript');
    expect((await fetch(`${url}/assets/index-older.js`)).status).toBe(404);
  });

  it('serves no file beside the page', async () => {
    const { url } = await serveWithWeb(framework);
    for (const path of [
      '/..%2f..%2fetc%2fpasswd',
      '/assets/..%2f..%2f..%2fetc%2fpasswd',
      '/%00',
      '/assets',
    ]) {
      expect((await get(url + path, { accept: 'text/html' })).statusCode).toBe(404);
    }
  });

  it('answers probes and command lines at the same address', async () => {
    const { url } = await serveWithWeb(framework);
    const probe = await fetch(url, { method: 'HEAD' });
    expect(probe.status).toBe(200);
    expect(probe.headers.get('request-id')).toMatch(/^req_/);
    const greeting = await fetch(url);
    expect(greeting.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await greeting.text()).toContain('POST /v1/messages');
  });

  it('leaves the API alone: streams, errors, and paths that nobody serves', async () => {
    const { url, ask } = await serveWithWeb(framework);
    expect(await (await ask()).text()).toContain('event: message_stop');
    expect((await ask({ messages: 'none' })).status).toBe(400);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: unknown[] };
    expect(models.data).toHaveLength(1);
  });

  it('shows an exchange in the inspector', async () => {
    const { ask, get: read } = await serveWithWeb(framework);
    const id = (await ask()).headers.get('request-id');
    const { exchanges } = await read<ExchangeList>('/exchanges');
    expect(exchanges).toMatchObject([{ id, model: 'any', title: 'Hello' }]);
  });

  it('refuses other websites, and names that somebody else gave this machine', async () => {
    const { url } = await serveWithWeb(framework);
    for (const path of ['/ui/api/status', '/ui/api/exchanges', '/ui/api/exchanges.jsonl']) {
      expect((await get(url + path, { host: 'evil.example' })).statusCode).toBe(403);
      expect((await get(url + path, { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
      const allowed = await get(url + path, { 'sec-fetch-site': 'same-origin', host: 'localhost:8787' });
      expect(allowed.statusCode).toBe(200);
      expect(allowed.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('wants the key where the API wants it', async () => {
    const { url, ask } = await serveWithWeb(framework, { apiKeys: ['first-key', 'second-key'] });
    await (await ask()).text();
    for (const headers of [{}, { 'x-api-key': 'wrong' }, { authorization: 'Bearer wrong' }]) {
      const response = await fetch(`${url}/ui/api/exchanges`, { headers });
      expect(response.status).toBe(401);
      expect(((await response.json()) as Problem).error).toMatch(/key/);
    }
    for (const headers of [{ 'x-api-key': 'second-key' }, { authorization: 'Bearer first-key' }]) {
      expect((await fetch(`${url}/ui/api/exchanges`, { headers })).status).toBe(200);
    }
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
  });

  it('says how to turn the inspector on', async () => {
    const { url, get: read } = await serveWithWeb(framework, { inspect: false });
    const response = await fetch(`${url}/ui/api/exchanges`);
    expect(response.status).toBe(404);
    expect(((await response.json()) as Problem).error).toContain('--inspect');
    expect((await read<ServerStatus>('/status')).inspector).toBe(false);
  });

  it('closes although a page follows the inspector', async () => {
    const served = await serveWithWeb(framework);
    const stream = await fetch(`${served.url}/ui/api/exchanges`, {
      headers: { accept: 'text/event-stream' },
    });
    served.web.close();
    expect(await stream.text()).toMatch(/^event: list\n/);
    await served.close();
  });
});

it('says so if the page is not built, and serves the API all the same', async () => {
  const { url, ask } = await serveWithWeb('express', { folder: '/no/such/folder' });
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('npm run build');
  expect((await ask()).status).toBe(200);
});
