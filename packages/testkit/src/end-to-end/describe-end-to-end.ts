import { afterAll, beforeAll, describe, test } from 'vitest';
import type { AdapterServer, CreateAdapterServer } from '../case-runner.ts';
import { aiSdkCases } from './ai-sdk-cases.ts';
import { type Engine, startEmbedded, startLlamaServer } from './engines.ts';
import { langchainCases } from './langchain-cases.ts';
import { sdkCases } from './sdk-cases.ts';

const executable = process.env['LLAMA_SERVER'];

/**
 * Defines the end-to-end tests of an adapter: real clients in front, the demo model in a real llama.cpp behind.
 * In this process always; on a llama-server too where `LLAMA_SERVER` names one.
 */
export function describeEndToEnd(name: string, createServer: CreateAdapterServer): void {
  describe(`${name}, llama.cpp in process`, () => defineTests(createServer, startEmbedded));
  if (executable) {
    describe(`${name}, llama-server`, () => defineTests(createServer, () => startLlamaServer(executable)));
  } else {
    describe.skip(`${name}, llama-server (skipped: LLAMA_SERVER does not name one)`, () => {
      test('end to end', () => {});
    });
  }
}

function defineTests(createServer: CreateAdapterServer, startEngine: () => Promise<Engine>): void {
  let engine: Engine;
  let server: AdapterServer;
  beforeAll(async () => {
    engine = await startEngine();
    server = await createServer({ upstream: engine.upstream });
  });
  afterAll(async () => {
    await server?.close();
    await engine?.close();
  });
  for (const { title, run } of [...sdkCases, ...langchainCases, ...aiSdkCases])
    test(title, () => run(server.url));
}
