import type { MessagesOptions } from '@llama-messages/core';
import type { ExpectStatic } from 'vitest';
import { createClient } from './client.ts';
import { within } from './gate.ts';
import type { CaseContext, ConformanceCase, TestedServer } from './conformance-case.ts';
import { type ScriptedLlamaServer, createScriptedLlamaServer } from './scripted-llama-server.ts';

/** A running server with the adapter in it. */
export interface AdapterServer {
  /** Where clients point their base URL, with the path that the adapter is mounted at and no slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server with these options on a free port. */
export type CreateAdapterServer = (options: MessagesOptions) => Promise<AdapterServer>;

/** Runs cases one after another against one adapter. */
export interface CaseRunner {
  /** Rejects when the case fails. Servers that the case started are closed in any case. */
  run(conformanceCase: ConformanceCase): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the server that cases share, in front of a scripted upstream that is emptied before each case.
 * A case that takes longer than `limitMs` fails, and lets go of what it waits for.
 */
export async function createCaseRunner(
  createServer: CreateAdapterServer,
  expect: ExpectStatic,
  limitMs = 10_000,
): Promise<CaseRunner> {
  const start = async (options: Partial<MessagesOptions>, upstream: ScriptedLlamaServer) => {
    const server = await createServer({ upstream: upstream.url, ...options });
    const tested: TestedServer = { url: server.url, client: createClient(server.url), upstream };
    const close = async () => {
      // First the upstream: a case that failed may have left answers that wait for ever.
      await upstream.close();
      await server.close();
    };
    return { tested, close };
  };
  const shared = await start({}, await createScriptedLlamaServer());

  return {
    run: async (conformanceCase) => {
      shared.tested.upstream.reset();
      const opened: (() => Promise<void>)[] = [];
      const context: CaseContext = {
        ...shared.tested,
        expect,
        createServer: async (options, upstream) => {
          const { tested, close } = await start(options, await createScriptedLlamaServer(upstream));
          opened.push(close);
          return tested;
        },
      };
      try {
        await within(conformanceCase.run(context), limitMs, `the end of ${conformanceCase.id}`);
      } finally {
        await Promise.all(opened.map((close) => close()));
      }
    },
    close: shared.close,
  };
}
