import { streamAnswer, textAnswerChunks } from '@llama-messages/testkit';
import { expect, test } from 'vitest';
import { answered, conversation, say } from './chat-page.ts';
import { describeInChromium } from './chromium.ts';
import { picture } from './picture.ts';
import { startApp, startUpstream } from './start-app.ts';

describeInChromium('the controls of the playground', (chromium) => {
  test('asks for the key that the server wants, and keeps it for the tab only', async () => {
    const page = await chromium.open(await startApp('--api-key', 'open sesame'));
    await page.getByText('This server wants an API key.').waitFor();
    await page.getByRole('region', { name: 'Problem' }).getByLabel('API key').fill('open sesame');
    await page.keyboard.press('Enter');
    await page.getByText('This server wants an API key.').waitFor({ state: 'detached' });
    await say(page, 'Hello!');
    await page.locator('.turn.answer .markdown').waitFor();
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('sesame');
  });

  test('sends the settings, and nothing that was not set', async () => {
    const upstream = await startUpstream();
    upstream.answer(
      streamAnswer(...textAnswerChunks('One')),
      streamAnswer(...textAnswerChunks('{"name":"Two"}')),
    );
    const page = await chromium.open(await startApp('--upstream', upstream.url));
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
    const upstream = await startUpstream({ models: ['small', 'large'] });
    upstream.answer(streamAnswer(...textAnswerChunks('Here.')));
    const page = await chromium.open(await startApp('--upstream', upstream.url));
    await page.getByRole('combobox', { name: 'Model' }).selectOption('large');
    await say(page, 'Who is there?');
    await conversation(page).getByText('Here.').waitFor();
    expect(upstream.chatCalls[0]?.body).toMatchObject({ model: 'large' });
  });

  test('edits a message, regenerates an answer, and has both after a reload', async () => {
    const upstream = await startUpstream();
    upstream.answer(
      ...['Good day', 'Good evening', 'Good night'].map((text) => streamAnswer(...textAnswerChunks(text))),
    );
    const page = await chromium.open(await startApp('--upstream', upstream.url));
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
    const upstream = await startUpstream({ vision: true });
    upstream.answer(streamAnswer(...textAnswerChunks('A dot.')));
    const page = await chromium.open(await startApp('--upstream', upstream.url));
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

  test('takes images that are pasted or dropped, and makes large ones smaller', async () => {
    const upstream = await startUpstream({ vision: true });
    upstream.answer(streamAnswer(...textAnswerChunks('Two of them.')));
    const page = await chromium.open(await startApp('--upstream', upstream.url), {
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

  test('fits a phone', async () => {
    const upstream = await startUpstream();
    upstream.answer(
      streamAnswer(
        ...textAnswerChunks(`${'long'.repeat(60)}\n\n\`\`\`\n${'code '.repeat(60)}\n\`\`\`\n\nEnd.`),
      ),
    );
    const page = await chromium.open(await startApp('--upstream', upstream.url), {
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

  test('is light or dark as the device is, or as the user chooses', async () => {
    const page = await chromium.open(await startApp(), { colorScheme: 'dark' });
    const background = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const dark = await background();
    await page.getByLabel('Colors').selectOption('light');
    const light = await background();
    expect(light).not.toBe(dark);
    await page.reload();
    expect(await background()).toBe(light);
    await page.getByLabel('Colors').selectOption('system');
    expect(await background()).toBe(dark);
  });
});
