import {
  createGate,
  deltaChunk,
  finishChunk,
  progressChunk,
  reasoningChunk,
  streamAnswer,
  textAnswerChunks,
  textChunk,
  toolCallChunk,
} from '@llama-messages/testkit';
import { expect, test } from 'vitest';
import { answered, conversation, say } from './chat-page.ts';
import { describeInChromium } from './chromium.ts';
import { startApp, startUpstream } from './start-app.ts';

describeInChromium('answers in the playground', (chromium) => {
  test('says that the model server is down', async () => {
    const upstream = await startUpstream();
    const page = await chromium.open(await startApp('--upstream', upstream.url));
    await page.getByRole('meter').waitFor();
    await upstream.close();
    await say(page, 'Hello!');
    await conversation(page).getByText('The model server is down or busy.').waitFor();
  });

  test('shows how far the prompt is read', async () => {
    const upstream = await startUpstream();
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
    const page = await chromium.open(await startApp('--upstream', upstream.url));
    await say(page, 'A long story');
    await conversation(page)
      .getByText('Reading the prompt: 3,000 of 4,000 tokens (500 were cached)')
      .waitFor();
    expect(await page.getByRole('progressbar', { name: 'Prompt read' }).getAttribute('value')).toBe('3000');
    rest.open();
    await conversation(page).getByText('Done.').waitFor();
  });

  test('shows thinking apart, and folds it when the answer begins', async () => {
    const upstream = await startUpstream();
    const rest = createGate();
    upstream.answer(
      streamAnswer(reasoningChunk('Let me see.'), rest.opened, textChunk('Forty-two.'), finishChunk('stop')),
    );
    const page = await chromium.open(await startApp('--upstream', upstream.url));
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

  test('shows what a model writes and runs none of it', async () => {
    const upstream = await startUpstream();
    upstream.answer(
      streamAnswer(
        ...textAnswerChunks(
          'See <img src=x onerror="document.title=1"> and <script>document.title=2</script>',
          ' and ![a picture](http://127.0.0.1:9/x.png) and [a link](javascript:document.title=3).\n\n',
          '```html\n<b>code</b>\n```\n\nThe end.',
        ),
      ),
    );
    const page = await chromium.open(await startApp('--upstream', upstream.url));
    await say(page, 'Hello!');
    await conversation(page).getByText('The end.').waitFor();
    await answered(page);
    expect(await page.locator('.markdown img, .markdown script').count()).toBe(0);
    expect(await page.locator('.markdown a[href^="javascript"]').count()).toBe(0);
    expect(await page.locator('.markdown pre').innerText()).toContain('<b>code</b>');
    expect(await page.title()).toBe('Playground · llama-messages');
  });

  test('ends a loop of tool calls at its limit', async () => {
    const upstream = await startUpstream();
    upstream.on('POST /v1/chat/completions', () =>
      streamAnswer(
        deltaChunk({ role: 'assistant', content: null }),
        toolCallChunk({ index: 0, id: `call_${Math.random()}`, name: 'clock', arguments: '{}' }),
        finishChunk('tool_calls'),
      ),
    );
    const page = await chromium.open(await startApp('--upstream', upstream.url));
    await page.getByLabel('Clock').check();
    await page.getByLabel('Rounds at most').fill('2');
    await say(page, 'What time is it?');
    await conversation(page).getByText('Ended after 2 rounds of tool calls').waitFor();
    expect(upstream.chatCalls).toHaveLength(2);
  });
});
