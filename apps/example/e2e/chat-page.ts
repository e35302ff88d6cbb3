import type { Locator, Page } from 'playwright-core';

/** Returns the conversation, without what is only read out. */
export function conversation(page: Page): Locator {
  return page.getByRole('list', { name: 'Conversation' });
}

/** Writes into the composer and sends. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('form', { name: 'Message' }).getByRole('textbox').fill(text);
  await page.keyboard.press('Enter');
}

/** Resolves when the answer has ended, however it did. */
export async function answered(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).waitFor({ timeout: 30_000 });
}

/** Resolves to what stands in the last answer. */
export async function lastAnswer(page: Page): Promise<string> {
  return page.locator('.turn.answer').last().innerText();
}

/** Has the model end soon: the demo model may go on and on. */
export async function keepShort(page: Page): Promise<void> {
  await page.getByLabel('Longest answer').fill('64');
  await page.getByLabel('Temperature').fill('0');
}
