import {
  createGate,
  createScriptedLlamaServer,
  errorAnswer,
  finishChunk,
  progressChunk,
  streamAnswer,
  textChunk,
  usageChunk,
  type ScriptedLlamaServer,
  type ScriptedServerOptions,
} from '@llama-messages/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { frameworks } from '../src/options.ts';
import { demoModel, readyUrl, runApp } from '../src/testing/run-app.ts';
import { describeInChromium } from './chromium.ts';

async function scripted(options?: ScriptedServerOptions): Promise<ScriptedLlamaServer> {
  const server = await createScriptedLlamaServer(options);
  onTestFinished(() => server.close());
  return server;
}

async function start(...args: readonly string[]): Promise<string> {
  return readyUrl(runApp(['--port', '0', ...args]));
}

function ask(url: string, content: string): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'claude-sonnet-4-5',
      max_tokens: 64,
      stream: true,
      messages: [{ role: 'user', content }],
    }),
  });
}

describeInChromium('the server page', (chromium) => {
  test.each(frameworks)(
    'shows the model that runs in this process, and what it does (%s)',
    async (framework) => {
      const url = await start('--framework', framework, '--model', demoModel, '--context-size', '2048');
      const page = await chromium.open(`${url}/#/server`);
      await page.getByText('demo-model-q8_0').waitFor();
      await page.getByText('2,048 tokens').waitFor();
      await page.getByRole('status').filter({ hasText: 'Ready' }).waitFor();
      await (await ask(url, 'Count from 3 to 9')).text();
      const answered = page.locator('.figures div').filter({ hasText: 'Answered' }).locator('dd');
      await answered.filter({ hasText: '1' }).waitFor();
      const chart = page.getByRole('img', { name: /^Answers, last 10 minutes: at most (?!0\.0)/ });
      await chart.waitFor();
    },
  );

  test('shows slots, who is served and who waits', async () => {
    const upstream = await scripted({ slots: 2, contextWindow: 32_768 });
    const url = await start('--upstream', upstream.url);
    const page = await chromium.open(`${url}/#/server`);
    await page.getByText('32,768 tokens').waitFor();
    await page.getByText('No request at the moment.').waitFor();

    const gates = [createGate(), createGate()] as const;
    const reading = streamAnswer(
      progressChunk(20_000, 5_000, 8_000),
      gates[0].opened,
      finishChunk('stop'),
      usageChunk(20_000, 1, 5_000),
    );
    const answering = streamAnswer(
      progressChunk(10, 0, 10),
      textChunk('Well'),
      gates[1].opened,
      finishChunk('stop'),
    );
    upstream.answer(reading, answering);
    const asked: Promise<string>[] = [];
    for (const name of ['a', 'b', 'c']) {
      asked.push(ask(url, name).then((response) => response.text()));
      if (name !== 'c') await upstream.nextCall();
    }
    await page.getByText('8,000 of 20,000 tokens (40 %), 5,000 of them cached').waitFor();
    expect(await page.getByRole('progressbar', { name: 'Prompt read' }).getAttribute('value')).toBe('8000');
    await page.getByText('about 1 tokens so far').waitFor();
    await page.getByText('Waiting for a slot, place 1 in the queue').waitFor();
    await page.getByText('1 request waits.').waitFor();
    for (const gate of gates) gate.open();
    await Promise.all(asked);
    await page.getByText('No request at the moment.').waitFor();
  });

  test('says what is wrong with the model server, and when it is back', async () => {
    const first = await createScriptedLlamaServer();
    const url = await start('--upstream', first.url);
    const page = await chromium.open(`${url}/#/server`);
    const health = page.getByRole('status');
    await health.filter({ hasText: 'Ready' }).waitFor();
    await first.close();
    await health.filter({ hasText: 'Down' }).waitFor();
    await page.getByText('is the model server running?').waitFor();

    const second = await scripted({ port: Number(new URL(first.url).port) });
    second.on('GET /health', () => errorAnswer(503, 'unavailable_error', 'Loading model'));
    await health.filter({ hasText: 'Loading' }).waitFor();
    second.reset();
    await health.filter({ hasText: 'Ready' }).waitFor();
  });

  test('keeps what it knew when the app itself is gone', async () => {
    const upstream = await scripted();
    const app = runApp(['--port', '0', '--upstream', upstream.url]);
    const page = await chromium.open(`${await readyUrl(app)}/#/server`);
    await page.getByText('demo-model-q8_0').waitFor();
    app.child.kill('SIGKILL');
    await page.getByText('The server does not answer. Is it still running?').waitFor();
    expect(await page.getByText('demo-model-q8_0').count()).toBe(1);
  });

  test('wants the key that the server wants', async () => {
    const upstream = await scripted();
    const page = await chromium.open(
      `${await start('--upstream', upstream.url, '--api-key', 'the-key')}/#/server`,
    );
    await page.getByLabel('API key').fill('the-key');
    await page.keyboard.press('Enter');
    await page.getByText('demo-model-q8_0').waitFor();
  });

  test('fits a phone', async () => {
    const upstream = await scripted({ models: ['a-model-with-a-name-that-is-long-'.repeat(4)], slots: 64 });
    const url = await start('--upstream', upstream.url);
    const page = await chromium.open(`${url}/#/server`, { viewport: { width: 360, height: 740 } });
    await page.getByText('of 64 busy').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
  });
});

test('--no-ui leaves the API alone', async () => {
  const upstream = await scripted();
  const url = await start('--upstream', upstream.url, '--no-ui');
  expect((await fetch(url, { headers: { accept: 'text/html' } })).status).toBe(404);
  expect((await fetch(`${url}/ui/api/status`)).status).toBe(404);
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
});
