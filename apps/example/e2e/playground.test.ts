import {
  createGate,
  createScriptedLlamaServer,
  deltaChunk,
  finishChunk,
  progressChunk,
  reasoningChunk,
  streamAnswer,
  textAnswerChunks,
  textChunk,
  toolCallChunk,
  usageChunk,
  type ScriptedLlamaServer,
  type ScriptedServerOptions,
} from '@llama-messages/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { frameworks } from '../src/options.ts';
import { readyUrl, runApp } from '../src/testing/run-app.ts';
import { answered, conversation, lastAnswer, say } from './chat-page.ts';
import { describeInChromium } from './chromium.ts';

/** A picture of one pixel. */
const picture = {
  name: 'dot.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
};

async function scripted(options?: ScriptedServerOptions): Promise<ScriptedLlamaServer> {
  const server = await createScriptedLlamaServer(options);
  onTestFinished(() => server.close());
  return server;
}

const start = (...args: readonly string[]): Promise<string> => readyUrl(runApp(['--port', '0', ...args]));

for (const framework of frameworks)
  describeInChromium(`the playground on ${framework}`, (chromium) => {
    const startHere = (...args: readonly string[]) => start('--framework', framework, ...args);

    test('answers, and tells what the answer cost', async () => {
      const page = await chromium.open(await startHere());
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
      const upstream = await scripted();
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

    test('runs the tools that the model calls, and sends their results', async () => {
      const upstream = await scripted();
      upstream.answer(
        streamAnswer(
          progressChunk(10, 0),
          reasoningChunk('That is for the calculator.'),
          toolCallChunk({ index: 0, id: 'call_1', name: 'calculator', arguments: '{"expression":' }),
          toolCallChunk({ index: 0, arguments: '"(2 + 3) * 17"}' }),
          finishChunk('tool_calls'),
          usageChunk(10, 20),
        ),
        streamAnswer(...textAnswerChunks('It is ', '**85**.')),
      );
      const page = await chromium.open(await startHere('--upstream', upstream.url));
      await page.getByLabel('Calculator').check();
      await say(page, 'What is (2 + 3) * 17?');
      await page.locator('strong', { hasText: /^85$/ }).waitFor();
      const card = page.getByRole('region', { name: 'Tool call: Calculator' });
      expect(await card.innerText()).toMatch(/\(2 \+ 3\) \* 17[^]*Result[^]*85/);

      const [first, second] = upstream.chatCalls;
      expect(JSON.stringify(first?.body?.['tools'])).toContain('calculator');
      expect(second?.body?.['messages']).toMatchObject([
        { role: 'user' },
        { role: 'assistant', reasoning_content: 'That is for the calculator.' },
        { role: 'tool', tool_call_id: 'call_1', content: '85' },
      ]);
    });

    test('says that a model without vision will not see an image, and gets an answer all the same', async () => {
      const page = await chromium.open(await startHere());
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

describeInChromium('the playground', (chromium) => {
  test('asks for the key that the server wants, and keeps it for the tab only', async () => {
    const page = await chromium.open(await start('--api-key', 'open sesame'));
    await page.getByText('This server wants an API key.').waitFor();
    await page.getByRole('region', { name: 'Problem' }).getByLabel('API key').fill('open sesame');
    await page.keyboard.press('Enter');
    await page.getByText('This server wants an API key.').waitFor({ state: 'detached' });
    await say(page, 'Hello!');
    await page.locator('.turn.answer .markdown').waitFor();
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('sesame');
  });

  test('says that the model server is down', async () => {
    const upstream = await scripted();
    const page = await chromium.open(await start('--upstream', upstream.url));
    await page.getByRole('meter').waitFor();
    await upstream.close();
    await say(page, 'Hello!');
    await conversation(page).getByText('The model server is down or busy.').waitFor();
  });

  test('shows how far the prompt is read', async () => {
    const upstream = await scripted();
    const rest = createGate();
    upstream.answer(
      streamAnswer(
        progressChunk(4000, 500),
        progressChunk(4000, 500, 3000),
        rest.opened,
        textChunk('Done.'),
        finishChunk('stop'),
      ),
    );
    const page = await chromium.open(await start('--upstream', upstream.url));
    await say(page, 'A long story');
    await conversation(page)
      .getByText('Reading the prompt: 3,000 of 4,000 tokens (500 were cached)')
      .waitFor();
    expect(await page.getByRole('progressbar', { name: 'Prompt read' }).getAttribute('value')).toBe('3000');
    rest.open();
    await conversation(page).getByText('Done.').waitFor();
  });

  test('shows thinking apart, and folds it when the answer begins', async () => {
    const upstream = await scripted();
    const rest = createGate();
    upstream.answer(
      streamAnswer(reasoningChunk('Let me see.'), rest.opened, textChunk('Forty-two.'), finishChunk('stop')),
    );
    const page = await chromium.open(await start('--upstream', upstream.url));
    await say(page, 'What is the answer?');
    await conversation(page).getByText('Let me see.').waitFor();
    rest.open();
    await conversation(page).getByText('Forty-two.').waitFor();
    await conversation(page).getByText('Let me see.').waitFor({ state: 'hidden' });
    await conversation(page)
      .getByText(/^Thought/)
      .click();
    await conversation(page).getByText('Let me see.').waitFor();
  });

  test('sends the settings, and nothing that was not set', async () => {
    const upstream = await scripted();
    upstream.answer(
      streamAnswer(...textAnswerChunks('One')),
      streamAnswer(...textAnswerChunks('{"name":"Two"}')),
    );
    const page = await chromium.open(await start('--upstream', upstream.url));
    await say(page, 'Plain');
    await conversation(page).getByText('One').waitFor();
    await page.getByLabel('System prompt').fill('Be brief.');
    await page.getByLabel('Temperature').fill('0.3');
    await page.getByLabel('Top p').fill('7');
    await page.getByLabel('Top k').fill('40');
    await page.getByLabel('Longest answer').fill('99');
    await page.getByLabel('Thinking').selectOption('off');
    await page.getByLabel('Answer in JSON').check();
    await page.getByLabel('JSON schema').fill('{"type":"object","properties":{"name":{"type":"string"}}}');
    await say(page, 'With all');
    await conversation(page).getByText('"name": "Two"').waitFor();

    const [plain, full] = upstream.chatCalls.map(({ body }) => body);
    for (const field of ['temperature', 'top_p', 'top_k', 'response_format', 'tools']) {
      expect(plain).not.toHaveProperty(field);
    }
    expect(full).toMatchObject({
      temperature: 0.3,
      top_k: 40,
      max_tokens: 99,
      chat_template_kwargs: { enable_thinking: false },
      response_format: { type: 'json_schema' },
    });
    // 7 is marked as out of range instead.
    expect(full).not.toHaveProperty('top_p');
    expect(JSON.stringify(full?.['messages'])).toContain('Be brief.');
  });

  test('asks the model that is chosen', async () => {
    const upstream = await scripted({ models: ['small', 'large'] });
    upstream.answer(streamAnswer(...textAnswerChunks('Here.')));
    const page = await chromium.open(await start('--upstream', upstream.url));
    await page.getByRole('combobox', { name: 'Model' }).selectOption('large');
    await say(page, 'Who is there?');
    await conversation(page).getByText('Here.').waitFor();
    expect(upstream.chatCalls[0]?.body).toMatchObject({ model: 'large' });
  });

  test('edits a message, regenerates an answer, and has both after a reload', async () => {
    const upstream = await scripted();
    upstream.answer(
      ...['Good day', 'Good evening', 'Good night'].map((text) => streamAnswer(...textAnswerChunks(text))),
    );
    const page = await chromium.open(await start('--upstream', upstream.url));
    await say(page, 'Helo');
    await conversation(page).getByText('Good day').waitFor();
    await page.getByRole('button', { name: 'Edit this message' }).click();
    await page.locator('.turn-editor textarea').fill('Hello');
    await page.keyboard.press('Enter');
    await conversation(page).getByText('Good evening').waitFor();
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await conversation(page).getByText('Good night').waitFor();
    await answered(page);
    expect(upstream.chatCalls.map(({ body }) => body?.['messages'])).toEqual([
      [{ role: 'user', content: 'Helo' }],
      [{ role: 'user', content: 'Hello' }],
      [{ role: 'user', content: 'Hello' }],
    ]);

    await page.reload();
    await conversation(page).getByText('Good night').waitFor();
    expect(await page.locator('.user-text').innerText()).toBe('Hello');
  });

  test('shows an image to a model with vision', async () => {
    const upstream = await scripted({ vision: true });
    upstream.answer(streamAnswer(...textAnswerChunks('A dot.')));
    const page = await chromium.open(await start('--upstream', upstream.url));
    await page.setInputFiles('input[type=file]', picture);
    await page.locator('.composer img').waitFor();
    expect(await page.getByText('This model cannot see images.').count()).toBe(0);
    await say(page, 'What is that?');
    await conversation(page).getByText('A dot.').waitFor();
    const [call] = upstream.chatCalls;
    expect(JSON.stringify(call?.body?.['messages'])).toContain(
      `data:image/png;base64,${picture.buffer.toString('base64')}`,
    );
  });

  test('shows what a model writes and runs none of it', async () => {
    const upstream = await scripted();
    upstream.answer(
      streamAnswer(
        ...textAnswerChunks(
          'See <img src=x onerror="document.title=1"> and <script>document.title=2</script>',
          ' and ![a picture](http://127.0.0.1:9/x.png) and [a link](javascript:document.title=3).\n\n',
          '```html\n<b>code</b>\n```\n\nThe end.',
        ),
      ),
    );
    const page = await chromium.open(await start('--upstream', upstream.url));
    await say(page, 'Hello!');
    await conversation(page).getByText('The end.').waitFor();
    await answered(page);
    expect(await page.locator('.markdown img, .markdown script').count()).toBe(0);
    expect(await page.locator('.markdown a[href^="javascript"]').count()).toBe(0);
    expect(await page.locator('.markdown pre').innerText()).toContain('<b>code</b>');
    expect(await page.title()).toBe('Playground · llama-messages');
  });

  test('takes images that are pasted or dropped, and makes large ones smaller', async () => {
    const upstream = await scripted({ vision: true });
    upstream.answer(streamAnswer(...textAnswerChunks('Two of them.')));
    const page = await chromium.open(await start('--upstream', upstream.url), {
      viewport: { width: 2000, height: 500 },
    });
    const large = (await page.screenshot()).toString('base64');
    const give = (event: string, options: string) =>
      page.evaluate(`{
        const bytes = Uint8Array.from(atob('${large}'), (character) => character.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], '${event}.png', { type: 'image/png' }));
        const target = document.querySelector('.composer textarea');
        target.dispatchEvent(new ${options}('${event}', { ${options === 'DragEvent' ? 'dataTransfer' : 'clipboardData'}: data, bubbles: true, cancelable: true }));
      }`);
    await give('paste', 'ClipboardEvent');
    await page.getByAltText('paste.png').waitFor();
    await give('drop', 'DragEvent');
    await page.getByAltText('drop.png').waitFor();
    expect(await page.evaluate(`document.querySelector('[alt="drop.png"]').naturalWidth`)).toBe(1568);
    await say(page, 'What is that?');
    await conversation(page).getByText('Two of them.').waitFor();
    const [call] = upstream.chatCalls;
    expect(JSON.stringify(call?.body).match(/data:image\/jpeg;base64,/g)).toHaveLength(2);
  });

  test('ends a loop of tool calls at its limit', async () => {
    const upstream = await scripted();
    upstream.on('POST /v1/chat/completions', () =>
      streamAnswer(
        deltaChunk({ role: 'assistant', content: null }),
        toolCallChunk({ index: 0, id: `call_${Math.random()}`, name: 'clock', arguments: '{}' }),
        finishChunk('tool_calls'),
      ),
    );
    const page = await chromium.open(await start('--upstream', upstream.url));
    await page.getByLabel('Clock').check();
    await page.getByLabel('Rounds at most').fill('2');
    await say(page, 'What time is it?');
    await conversation(page).getByText('Ended after 2 rounds of tool calls').waitFor();
    expect(upstream.chatCalls).toHaveLength(2);
  });

  test('fits a phone', async () => {
    const upstream = await scripted();
    upstream.answer(
      streamAnswer(
        ...textAnswerChunks(`${'long'.repeat(60)}\n\n\`\`\`\n${'code '.repeat(60)}\n\`\`\`\n\nEnd.`),
      ),
    );
    const page = await chromium.open(await start('--upstream', upstream.url), {
      viewport: { width: 360, height: 640 },
    });
    await say(page, 'wide '.repeat(40));
    await conversation(page).getByText('End.').waitFor();
    await answered(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    const send = await page.getByRole('button', { name: 'Send', exact: true }).boundingBox();
    expect(send && send.x + send.width).toBeLessThanOrEqual(360);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('System prompt').fill('Be brief.');
    await page.keyboard.press('Escape');
    await page.getByLabel('System prompt').waitFor({ state: 'hidden' });
  });
});
