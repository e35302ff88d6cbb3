import { expect, test } from 'vitest';
import { frameworks } from './options.ts';
import { openEndedServer } from './testing/open-ended-server.ts';
import { readyUrl, runApp } from './testing/run-app.ts';

function hello(url: string, key: string): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({
      model: 'any',
      max_tokens: 64,
      stream: true,
      messages: [{ role: 'user', content: 'Hello!' }],
    }),
  });
}

test.each(frameworks)('GET /metrics counts, and the terminal shows a line (%s)', async (framework) => {
  const upstream = await openEndedServer();
  const key = ['--api-key', 'the-key'];
  const app = runApp([
    '--port',
    '0',
    '--framework',
    framework,
    '--upstream',
    upstream.url,
    '--no-ui',
    ...key,
  ]);
  const url = await readyUrl(app);
  const response = await hello(url, 'the-key');
  upstream.finish();
  await response.text();
  const id = response.headers.get('request-id');
  await app.printed(new RegExp(`^llama-messages: ${id} completed: slow, .* in all, end_turn$`, 'm'));

  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  const metrics = await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer the-key' } });
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await metrics.text()).toContain(
    'llama_messages_requests_total{upstream="default",model="slow",outcome="completed"} 1\n',
  );
  expect(app.output()).not.toContain('the-key');
});
