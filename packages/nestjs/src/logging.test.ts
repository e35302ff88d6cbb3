import { ConsoleLogger } from '@nestjs/common';
import { requestOf, streamOf } from '@llama-messages/testkit';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { LlamaMessagesModule } from './index.ts';
import { describePlatforms } from './test-app.ts';

/** Nest's own logger, whose lines are kept instead of printed. */
class KeptLogger extends ConsoleLogger {
  readonly lines: string[] = [];

  protected override printMessages(messages: unknown[], context?: string, level?: string): void {
    for (const message of messages) this.lines.push(`${level} [${context}] ${String(message)}`);
  }
}

describePlatforms((host) => {
  test("writes a line for each exchange to Nest's logger", async () => {
    const logger = new KeptLogger();
    const imports = [LlamaMessagesModule.forRoot({ upstream: host.upstream.url })];
    const { client } = await host.start({ imports }, (app) => app.useLogger(logger));
    const response = await client.messages(streamOf('Hello'));
    await response.text();
    const id = String(response.headers['request-id']);
    const lines = logger.lines.filter((line) => line.includes('[LlamaMessages]'));
    expect(lines).toEqual([expect.stringContaining(`log [LlamaMessages] llama-messages: ${id} completed: `)]);
  });

  test('is turned off by logExchanges', async () => {
    const logger = new KeptLogger();
    const imports = [LlamaMessagesModule.forRoot({ upstream: host.upstream.url, logExchanges: false })];
    const { client } = await host.start({ imports }, (app) => app.useLogger(logger));
    await (await client.messages(requestOf('Hello'))).text();
    expect(logger.lines.filter((line) => line.includes('[LlamaMessages]'))).toEqual([]);
  });

  test('writes fields to a pino that it is given', async () => {
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    const imports = [LlamaMessagesModule.forRoot({ upstream: host.upstream.url, logger })];
    const { client } = await host.start({ imports });
    await (await client.messages(requestOf('Hello'))).text();
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 30, msg: 'message completed', model: 'demo-model-q8_0.gguf' },
    ]);
  });
});
