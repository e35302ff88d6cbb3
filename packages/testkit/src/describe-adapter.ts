import type { MessagesOptions } from '@llama-messages/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases } from './cases.ts';
import { createClient } from './client.ts';
import type { CaseContext, TestedServer } from './conformance-case.ts';
import { type ScriptedLlamaServer, createScriptedLlamaServer } from './scripted-llama-server.ts';

/** A running server with the adapter in it. */
export interface AdapterServer {
  /** Where clients point their base URL, with the path that the adapter is mounted at and no slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server with these options on a free port. */
export type CreateAdapterServer = (options: MessagesOptions) => Promise<AdapterServer>;

/** What is known to be different about one adapter. */
export interface AdapterTraits {
  /** Why a case cannot hold here, by the id of the case; shown in the report. An id that does not exist fails. */
  readonly skip?: Readonly<Record<string, string>>;
}

/**
 * Defines one test for every conformance case, against a real server that `createServer` starts.
 *
 * @example
 * ```ts
 * describeAdapter('node:http', async (options) => {
 *   const handler = createMessagesHandler(options);
 *   return listen(createServer(toNodeListener(handler)), handler);
 * });
 * ```
 */
export function describeAdapter(
  name: string,
  createServer: CreateAdapterServer,
  traits: AdapterTraits = {},
): void {
  describe(name, () => {
    let shared: TestedServer;
    let closeShared: () => Promise<void>;
    let opened: (() => Promise<void>)[] = [];

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

    beforeAll(async () => {
      const { tested, close } = await start({}, await createScriptedLlamaServer());
      shared = tested;
      closeShared = close;
    });
    beforeEach(() => shared.upstream.reset());
    afterEach(async () => {
      const closing = opened;
      opened = [];
      await Promise.all(closing.map((close) => close()));
    });
    afterAll(() => closeShared());

    const context = (): CaseContext => ({
      ...shared,
      expect,
      createServer: async (options, upstream = {}) => {
        const scripted = 'calls' in upstream ? upstream : await createScriptedLlamaServer(upstream);
        const { tested, close } = await start(options, scripted);
        opened.push(close);
        return tested;
      },
    });

    const skip = new Map(Object.entries(traits.skip ?? {}));
    for (const [group, members] of Object.entries(cases))
      describe(group, () => {
        for (const { id, title, run } of members) {
          const reason = skip.get(id);
          skip.delete(id);
          if (reason === undefined) test(`${id}: ${title}`, () => run(context()));
          else test.skip(`${id}: ${title} (${reason})`, () => {});
        }
      });
    if (skip.size > 0) throw new Error(`no such cases: ${[...skip.keys()].join(', ')}`);
  });
}
