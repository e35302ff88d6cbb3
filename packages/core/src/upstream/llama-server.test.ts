import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MessagesError } from '../errors.ts';
import { pump } from '../sink.ts';
import { startLlamaServer } from '../test-llama-server.ts';
import { llamaServer } from './llama-server.ts';

const executable = process.env['LLAMA_SERVER'];

if (!executable) console.warn('LLAMA_SERVER is not set: its errors are NOT tried on a real llama-server');

describe.skipIf(!executable)('the errors of a real llama-server', () => {
  let server: ChildProcess;
  let base: string;

  beforeAll(async () => {
    ({ server, base } = await startLlamaServer(executable ?? '', ['-c', '2048', '-np', '2', '--kv-unified']));
  }, 60_000);

  afterAll(() => {
    server.kill('SIGKILL');
  });

  async function ask(name: string): Promise<unknown> {
    const request = {
      model: 'demo',
      messages: [{ role: 'user' as const, content: `${name} `.repeat(500) }],
      max_tokens: 2000,
      // Nothing ends the answer before the context is full.
      ignore_eos: true,
    };
    const call = { signal: new AbortController().signal, requestId: name };
    try {
      const chunks = await llamaServer({ url: base }).stream(request, call);
      await pump(chunks, { write: () => true, ready: () => Promise.resolve() });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  it('is overloaded when two prompts fill the context that its slots share', async () => {
    const failures = (await Promise.all([ask('one'), ask('other')])).filter((error) => error !== undefined);
    expect(failures.length).toBeGreaterThan(0);
    for (const error of failures) {
      expect(MessagesError.is(error) && error.type).toBe('overloaded_error');
      expect(String(error)).toMatch(/slots share it/);
    }
  }, 60_000);
});
