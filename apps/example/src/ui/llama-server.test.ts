import { describe, expect, it } from 'vitest';
import { serveWithWeb } from '../testing/serve-with-web.ts';
import { startLlamaServer } from '../testing/start-llama-server.ts';
import type { ExchangeDetail, ExchangeList, ServerStatus } from './api.ts';

const program = process.env['LLAMA_SERVER'];
const request = {
  system: 'You are a helper. Answer briefly.',
  tools: [{ name: 'get_time', description: 'The time. '.repeat(20), input_schema: { type: 'object' } }],
  messages: [{ role: 'user', content: 'Count from 3 to 9' }],
};

// Runs where the environment variable LLAMA_SERVER names the program.
describe.skipIf(program === undefined || program === '')('with a real llama-server', () => {
  async function start() {
    const upstream = await startLlamaServer(program ?? '', ['--slots', '--parallel', '2', '--jinja']);
    return serveWithWeb('fastify', { upstream });
  }

  it('counts the sections of a prompt as the model server does: they add up to what it has read', async () => {
    const { ask, get } = await start();
    const text = await (await ask(request)).text();
    expect(text).toContain('event: message_stop');
    const [summary] = (await get<ExchangeList>('/exchanges')).exchanges;
    const { sections, tokens, firstTokenMs, events } = await get<ExchangeDetail>(`/exchanges/${summary?.id}`);
    if (!sections || !tokens) throw new Error('The exchange has no counts');
    expect(sections.counted).toBe(true);
    expect(sections.system + sections.tools + sections.messages).toBe(tokens.input + tokens.cached);
    for (const part of ['system', 'tools', 'messages'] as const) expect(sections[part]).toBeGreaterThan(5);
    expect(firstTokenMs).toBeGreaterThan(0);
    expect(events.at(-1)?.event).toBe('message_stop');
  });

  it('knows its model, its slots and its version', async () => {
    const { get } = await start();
    const { upstream } = await get<ServerStatus>('/status');
    expect(upstream).toMatchObject({
      health: 'ready',
      version: expect.any(String),
      models: [{ contextWindow: expect.any(Number), tools: true, thinking: true, vision: false }],
      slots: { total: 2, busy: 0, source: 'upstream' },
    });
  });
});
