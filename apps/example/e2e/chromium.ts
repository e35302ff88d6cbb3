import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { findChromium } from './find-chromium.ts';

/** Opens pages in tabs of their own, until the end of the test. */
export interface Chromium {
  /**
   * Resolves to the page at `url`. When the test has passed, nothing that the page itself did wrong may be in its console; refused
   * requests may.
   */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
}

/** A describe of tests in a real Chromium, which are skipped where there is none. */
export function describeInChromium(name: string, define: (chromium: Chromium) => void): void {
  const executablePath = findChromium();
  describe.skipIf(executablePath === undefined)(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await chromium.launch({ ...(executablePath !== undefined && { executablePath }) });
    }, 60_000);
    afterAll(() => browser?.close());

    define({
      async open(url, options) {
        if (!browser) throw new Error('Chromium has not started.');
        const context = await browser.newContext({ locale: 'en-US', ...options });
        const complaints: string[] = [];
        onTestFinished(async ({ task }) => {
          await context.close();
          // A test that has failed says why itself.
          if (task.result?.state === 'pass') expect(complaints).toEqual([]);
        });
        const page = await context.newPage();
        page.on('pageerror', (error) => complaints.push(error.message));
        page.on('console', (message) => {
          if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
          complaints.push(message.text());
        });
        await page.goto(url);
        return page;
      },
    });
  });
}
