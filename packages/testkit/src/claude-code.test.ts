import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CaseRunner, createCaseRunner } from './case-runner.ts';
import { behaviours } from './clients/behaviours.ts';
import { claudeCodeSettings } from './clients/claude-code-settings.ts';
import { createClaudeCode } from './clients/claude-code.ts';
import type { ClientResults } from './clients/client-table.ts';
import { tryBehaviour } from './clients/try-behaviour.ts';
import { listen } from './listen.ts';

/** Path of a `claude` binary. */
const executable = process.env['CLAUDE_CODE'];
if (!executable) console.warn('CLAUDE_CODE does not name a claude binary: the real Claude Code is NOT tried');

const limitMs = 120_000;

if (executable) {
  const client = createClaudeCode(executable);
  const { name, version } = client;

  describe(`${name} ${version}`, () => {
    const cells: Record<string, string> = {};
    let runner: CaseRunner;
    beforeAll(async () => {
      runner = await createCaseRunner(
        (options) => {
          const handler = createMessagesHandler(options);
          return listen(createServer(toNodeListener(handler)), () => handler.close());
        },
        expect,
        limitMs,
      );
    });
    afterAll(async () => {
      await runner.close();
      client.close();
    });

    test.each(Object.values(behaviours).flat())(
      '$id: $title',
      { timeout: limitMs + 5_000 },
      async (behaviour) => {
        cells[behaviour.id] = await tryBehaviour(behaviour, client, runner);
      },
    );
    test.each(claudeCodeSettings)('$id: $title', { timeout: limitMs + 5_000 }, async (behaviour) => {
      cells[behaviour.id] = await tryBehaviour(behaviour, client, runner);
    });

    test('what was found is what is recorded, and what docs/clients.md tells', () => {
      const path = fileURLToPath(new URL(`clients/recorded/claude-code-${version}.json`, import.meta.url));
      const results: ClientResults = { name, version, cells };
      const missing = [...Object.values(behaviours).flat(), ...claudeCodeSettings].filter(
        ({ id }) => cells[id] === undefined,
      );
      expect(missing, 'every behaviour has to be tried in one run').toEqual([]);
      if (process.env['UPDATE'] === '1') writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
      else
        expect(
          JSON.parse(readFileSync(path, 'utf8')),
          'run CLAUDE_CODE=... UPDATE=1 pnpm vitest packages/testkit/src/claude-code.test.ts, then .../clients/clients.test.ts',
        ).toEqual(results);
    });
  });
} else {
  describe.skip('Claude Code (skipped: CLAUDE_CODE does not name one)', () => {
    test('behaviours', () => {});
  });
}
