import { progressChunk, streamAnswer, textAnswerChunks, textChunk } from '@llama-messages/testkit';
import { expect, test } from 'vitest';
import { frameworks } from '../src/options.ts';
import { readyUrl, runApp } from '../src/testing/run-app.ts';
import { answered, conversation, keepShort, lastAnswer, say } from './chat-page.ts';
import { describeInChromium } from './chromium.ts';
import { picture } from './picture.ts';
import { startApp, startUpstream } from './start-app.ts';

for (const framework of frameworks)
  describeInChromium(`the playground on ${framework}`, (chromium) => {
    const startHere = (...args: readonly string[]) => startApp('--framework', framework, ...args);

    test('answers, and tells what the answer cost', async () => {
      const page = await chromium.open(await startHere());
      await keepShort(page);
      await say(page, 'Hello!');
      await answered(page);
      const answer = page.locator('.turn.answer');
      expect((await answer.locator('.markdown').first().innerText()).trim()).not.toBe('');
      const facts = await answer.locator('.facts').innerText();
      expect(facts).toMatch(/s first token/);
      expect(facts).toMatch(/[1-9]\d* out/);
      expect(facts).toMatch(/\d % cached/);
      expect(
        await page.getByRole('meter', { name: 'Context window' }).getAttribute('aria-valuenow'),
      ).not.toBe('0');
    });

    test('stops for real: the upstream is freed, what came stays', async () => {
      const upstream = await startUpstream();
      upstream.answer(streamAnswer(progressChunk(10, 0), textChunk('It begins'), new Promise(() => {})));
      const page = await chromium.open(await startHere('--upstream', upstream.url));
      await say(page, 'Go on for ever');
      await conversation(page).getByText('It begins').waitFor();
      const call = await upstream.nextCall();
      await page.keyboard.press('Escape');
      await conversation(page).getByText('Stopped.').waitFor();
      await call.closed;
      expect(await lastAnswer(page)).toContain('It begins');

      upstream.answer(streamAnswer(...textAnswerChunks('And on')));
      await say(page, 'Again');
      await conversation(page).getByText('And on').waitFor();
      const { body } = await upstream.nextCall();
      expect(JSON.stringify(body?.['messages'])).toContain('It begins');
    });

    test('runs the tool that the model calls, and the model answers from its result', async () => {
      const page = await chromium.open(await startHere());
      await page.getByLabel('Calculator').check();
      await keepShort(page);
      await say(page, 'What is 2 + 2?');
      await conversation(page).getByText('2 + 2 = 4').waitFor();
      const card = page.getByRole('region', { name: 'Tool call: Calculator' });
      expect(await card.innerText()).toMatch(/2 \+ 2[^]*Result[^]*4/);
      await answered(page);
      expect(await page.locator('.turn.answer .facts').innerText()).toContain('2 requests');
    });

    test('says that a model without vision will not see an image, and gets an answer all the same', async () => {
      const page = await chromium.open(await startHere());
      await keepShort(page);
      await page.setInputFiles('input[type=file]', picture);
      await page.getByText('This model cannot see images.').waitFor();
      await say(page, 'What is that?');
      await answered(page);
      expect(await page.getByRole('region', { name: 'Problem' }).count()).toBe(0);
      expect(await page.locator('.turn.user img').count()).toBe(1);
    });

    test('says that the server is down, and goes on when it is back', async () => {
      const app = runApp(['--port', '0', '--framework', framework]);
      const url = await readyUrl(app);
      const page = await chromium.open(url);
      await keepShort(page);
      await page.getByText('demo-model').first().waitFor();
      app.child.kill('SIGKILL');
      await app.exit;
      await say(page, 'Are you there?');
      await conversation(page).getByText('The server does not answer.').waitFor();

      await readyUrl(runApp(['--port', new URL(url).port, '--framework', framework]));
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.turn.answer .markdown').waitFor();
      await answered(page);
      expect(await conversation(page).getByText('The server does not answer.').count()).toBe(0);
    });
  });
