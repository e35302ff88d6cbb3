import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import {
  apart,
  createGate,
  createScriptedLlamaServer,
  errorAnswer,
  finishChunk,
  progressChunk,
  streamAnswer,
  textAnswerChunks,
  textChunk,
  usageChunk,
  type ScriptedLlamaServer,
} from '@llama-messages/testkit';
import type { Locator, Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { frameworks } from '../src/options.ts';
import { readyUrl, runApp, type RunningApp } from '../src/testing/run-app.ts';
import { describeInChromium } from './chromium.ts';

const clientKey = 'sk-ant-api03-a-secret-that-ends-with-wxyz';

interface Started {
  readonly app: RunningApp;
  readonly url: string;
  readonly page: string;
  readonly upstream: ScriptedLlamaServer;
  /** Sends a request for a message as a client would; resolves with the head of the answer. */
  ask(content: string, body?: Record<string, unknown>, init?: RequestInit): Promise<Response>;
}

async function start(...args: readonly string[]): Promise<Started> {
  const upstream = await createScriptedLlamaServer();
  onTestFinished(() => upstream.close());
  const app = runApp(['--port', '0', '--upstream', upstream.url, '--inspect', ...args]);
  const url = await readyUrl(app);
  return {
    app,
    url,
    page: `${url}/#/inspector`,
    upstream,
    ask: (content, body = {}, init = {}) =>
      fetch(`${url}/v1/messages`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'claude-cli/2.1.223 (external, cli)',
          'x-api-key': clientKey,
        },
        body: JSON.stringify({
          model: 'claude-sonnet-4-5',
          max_tokens: 64,
          stream: true,
          messages: [{ role: 'user', content }],
          ...body,
        }),
        ...init,
      }),
  };
}

/** The lines of the list; the options of a select are others. */
function optionsOf(page: Page, options: { name?: string; selected?: boolean } = {}): Locator {
  return page.getByRole('listbox', { name: 'Exchanges' }).getByRole('option', options);
}

describeInChromium('the inspector', (chromium) => {
  test.each(frameworks)(
    'shows an exchange while it goes on, and all that was sent (%s)',
    async (framework) => {
      const { page: address, upstream, ask } = await start('--framework', framework);
      const page = await chromium.open(address);
      await page.getByText('Nothing yet.').waitFor();

      const gates = [createGate(), createGate()] as const;
      upstream.answer(
        streamAnswer(
          progressChunk(1_000, 600, 800),
          gates[0].opened,
          textChunk('The answer'),
          gates[1].opened,
          textChunk(' is 42.'),
          finishChunk('stop'),
          usageChunk(1_000, 2, 600),
        ),
      );
      const answer = ask('What is the answer?', { system: 'Be brief.' }).then((response) => response.text());
      const item = optionsOf(page, { name: 'What is the answer?' });
      await item.getByText('reading prompt').waitFor();
      await item.getByText('800 of 1K tokens').waitFor();
      gates[0].open();
      await item.getByText('answering').waitFor();
      gates[1].open();
      await answer;
      await item.getByText('completed').waitFor();
      expect(await item.innerText()).toMatch(
        /Claude Code 2\.1\.223[^]*in 1K \(60 % cached\)[^]*out 2[^]*end_turn/,
      );

      await item.click();
      const panel = page.getByRole('tabpanel');
      await panel.getByText('600 of 1,000 tokens (60 %) were cached, 400 had to be read.').waitFor();
      expect(await panel.innerText()).toContain('••••wxyz');

      await page.getByRole('tab', { name: 'Request', exact: true }).click();
      await panel.getByText('Be brief.').waitFor();
      await page.getByRole('tab', { name: 'Chat request' }).click();
      await panel.getByText('sent to llama-server after').waitFor();
      await page.getByRole('tab', { name: 'Events' }).click();
      await panel.getByText('text_delta × 2').waitFor();
      expect(await panel.innerText()).toMatch(/message_start[^]*The answer is 42\.[^]*message_stop/);
      expect(await page.content()).not.toContain(clientKey);
    },
  );

  test('says how to turn it on', async () => {
    const app = runApp(['--port', '0', '--upstream', 'http://127.0.0.1:9']);
    const page = await chromium.open(`${await readyUrl(app)}/#/inspector`);
    await page.getByText('npm start -- --inspect').waitFor();
  });

  test('wants the key that the server wants', async () => {
    const { page: address, url } = await start('--api-key', 'the-key');
    await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'the-key' },
      body: JSON.stringify({ model: 'a', max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    const page = await chromium.open(address);
    await page.getByText('This server wants an API key').waitFor();
    await page.getByLabel('API key').fill('wrong');
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('does not know this API key').waitFor();
    await page.getByLabel('API key').fill('the-key');
    await page.keyboard.press('Enter');
    await optionsOf(page, { name: 'Hello' }).waitFor();
  });

  test('tells where the prompt left the cached prefix, and shows the place', async () => {
    const { page: address, upstream, ask } = await start();
    const metadata = { user_id: 'somebody' };
    const turns = (first: string) => ({
      metadata,
      messages: [
        { role: 'user', content: `${first} ${'and more '.repeat(300)}` },
        { role: 'assistant', content: 'Well' },
        { role: 'user', content: 'Go on' },
      ],
    });
    upstream.answer(streamAnswer(...textAnswerChunks('One')), streamAnswer(...textAnswerChunks('Two')));
    await (await ask('', turns('An old tool result'))).text();
    await (await ask('', turns('Cleared'))).text();
    const page = await chromium.open(address);
    await optionsOf(page).first().getByText('cache lost').waitFor();
    await optionsOf(page).first().click();
    await page.getByText('The prompt left the cached prefix. At messages[0] (user)').waitFor();
    await page.getByRole('button', { name: 'Show the place' }).click();
    expect(await page.locator('.marked').innerText()).toContain('Cleared and more');
  });

  test('shows failures with what the client was not told, and who left', async () => {
    const { page: address, upstream, ask } = await start();
    upstream.answer(errorAnswer(500, 'server_error', 'CUDA out of memory'));
    await ask('This fails');
    upstream.answer(streamAnswer(progressChunk(1, 0, 1), textChunk('Well'), new Promise(() => {})));
    const leaving = new AbortController();
    const response = await ask('This is left', {}, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    const page = await chromium.open(address);
    await optionsOf(page, { name: 'This is left' }).getByText('client left').waitFor();
    await optionsOf(page, { name: 'This fails' }).click();
    await page.getByRole('tabpanel').getByText('CUDA out of memory').first().waitFor();
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByText('Nothing was sent.').waitFor();
  });

  test('is used with the keyboard', async () => {
    const { page: address, ask } = await start();
    for (const name of ['first', 'second', 'third']) await (await ask(name)).text();
    const page = await chromium.open(address);
    await optionsOf(page).nth(2).waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'third' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'second' }).waitFor();
    await page.keyboard.press('End');
    await page.getByRole('heading', { name: 'first' }).waitFor();
    expect(await optionsOf(page, { selected: true }).innerText()).toContain('first');

    await page.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('ArrowLeft');
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Events');
    // The address leads back to it.
    await page.reload();
    await page.getByRole('heading', { name: 'first' }).waitFor();
  });

  test('filters, pauses and forgets', async () => {
    const { page: address, upstream, ask } = await start();
    for (const name of ['apples', 'pears']) await (await ask(name)).text();
    upstream.answer(errorAnswer(500, 'server_error', 'broken'));
    await ask('plums');
    const page = await chromium.open(address);
    const options = optionsOf(page);
    await options.nth(2).waitFor();

    await page.getByLabel('Filter by words').fill('claude pears');
    expect(await options.allInnerTexts()).toEqual([expect.stringContaining('pears')]);
    await page.getByLabel('Filter by words').fill('');
    await page.getByLabel('Filter by kind').selectOption('failed');
    expect(await options.allInnerTexts()).toEqual([expect.stringContaining('plums')]);
    await page.getByLabel('Filter by kind').selectOption('all');

    await page.getByRole('button', { name: 'Pause' }).click();
    await (await ask('cherries')).text();
    await page.getByText('Paused, 1 more since.').waitFor();
    expect(await options.count()).toBe(3);
    await page.getByRole('button', { name: 'Go on' }).click();
    await optionsOf(page, { name: 'cherries' }).waitFor();

    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Nothing yet.').waitFor();
  });

  const hasCurl = spawnSync('curl', ['--version']).status === 0;
  test.skipIf(!hasCurl)('gives a curl command that repeats the request, without the key', async () => {
    const { page: address, upstream, ask } = await start();
    const said = `It's "quoted" $HOME \`date\` \\ and\nof two lines 🦙`;
    await (await ask(said)).text();
    await upstream.nextCall();
    const page = await chromium.open(address, { permissions: ['clipboard-read', 'clipboard-write'] });
    await optionsOf(page).click();
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' });
    const command = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(command).toContain('"x-api-key: $ANTHROPIC_API_KEY"');
    expect(command).not.toContain('secret');

    const repeated = promisify(execFile)('sh', ['-c', command], {
      env: { ...process.env, ANTHROPIC_API_KEY: 'mine' },
    });
    const { body } = await upstream.nextCall();
    expect(body?.['messages']).toEqual([{ role: 'user', content: said }]);
    expect((await repeated).stdout).toContain('event: message_stop');
  });

  test('saves all as lines of JSON', async () => {
    const { page: address, ask } = await start();
    for (const name of ['one', 'two']) await (await ask(name)).text();
    const page = await chromium.open(address);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('exchanges.jsonl');
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { title: string }).title)).toEqual(['one', 'two']);
  });

  test('bears hundreds of exchanges, a request of megabytes and thousands of events', async () => {
    const { page: address, upstream, ask } = await start();
    for (let index = 0; index < 300; index += 1) await (await ask(`request ${index}`)).text();
    const pieces = Array.from({ length: 3_000 }, (_, index) => `${index} `);
    upstream.answer(streamAnswer(...apart(textAnswerChunks(...pieces))));
    const image = { type: 'base64', media_type: 'image/png', data: 'A'.repeat(12_000_000) };
    const content = [
      { type: 'text', text: 'What is on this picture?' },
      { type: 'image', source: image },
    ];
    await (await ask('', { messages: [{ role: 'user', content }] })).text();
    const page = await chromium.open(address);
    await page.getByText('301 exchanges').waitFor();
    await optionsOf(page, { name: 'What is on this picture?' }).click();
    await page.getByText('Too large to be repeated with curl').waitFor();
    await page.getByRole('tab', { name: 'Request', exact: true }).click();
    await page.getByText('too much to keep whole').waitFor();
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByText('text_delta × 3,000').click();
    await page.getByText('2,800 more').waitFor();
    expect(await page.locator('.pieces li').count()).toBe(201);
  });

  test('says that the server is gone, and goes on when it is back', async () => {
    const { app, url, page: address, ask, upstream } = await start();
    await (await ask('before')).text();
    const page = await chromium.open(address);
    await optionsOf(page, { name: 'before' }).waitFor();
    app.child.kill('SIGKILL');
    await app.exit;
    await page.getByText('Trying again …').waitFor();
    expect(await optionsOf(page).count()).toBe(1);
    const again = runApp(['--port', new URL(url).port, '--upstream', upstream.url, '--inspect']);
    await readyUrl(again);
    await page.getByText('Nothing yet.').waitFor();
  });

  test('fits a phone', async () => {
    const { page: address, ask } = await start();
    await (await ask('a'.repeat(400), { model: 'a-model-with-a-name-that-is-long-'.repeat(4) })).text();
    const page = await chromium.open(address, { viewport: { width: 360, height: 740 } });
    const isWide = () => page.evaluate('document.documentElement.scrollWidth > innerWidth');
    await optionsOf(page).waitFor();
    expect(await isWide()).toBe(false);
    await optionsOf(page).click();
    for (const name of ['Overview', 'Request', 'Chat request', 'Events']) {
      await page.getByRole('tab', { name, exact: true }).click();
      expect(await isWide()).toBe(false);
    }
    await page.getByRole('button', { name: '← All exchanges' }).click();
    await optionsOf(page).waitFor();
  });
});
