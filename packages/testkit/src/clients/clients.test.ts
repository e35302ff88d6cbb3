import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CaseRunner, createCaseRunner } from '../case-runner.ts';
import { listen } from '../listen.ts';
import { withSupportBlock } from '../support-table.ts';
import { aiSdk } from './ai-sdk.ts';
import { anthropicSdks } from './anthropic-sdk.ts';
import { allBehaviours, behaviours } from './behaviours.ts';
import { type ClientResults, type RecordedResult, toClientTables, toRecordedTable } from './client-table.ts';
import { langchain } from './langchain.ts';
import { continues, recordedConversations } from './recorded-conversations.ts';
import { tryBehaviour } from './try-behaviour.ts';

const found = [...anthropicSdks, langchain, aiSdk].map((client) => ({
  client,
  cells: {} as Record<string, string>,
}));

let runner: CaseRunner;
beforeAll(async () => {
  runner = await createCaseRunner((options) => {
    const handler = createMessagesHandler(options);
    return listen(createServer(toNodeListener(handler)), () => handler.close());
  }, expect);
});
afterAll(() => runner.close());

describe.each(found)('$client.name $client.version', ({ client, cells }) => {
  test.each(Object.values(behaviours).flat())('$id: $title', async (behaviour) => {
    cells[behaviour.id] = await tryBehaviour(behaviour, client, runner);
  });
});

const recorded: RecordedResult[] = [];

describe('recorded conversations', () => {
  test.each(recordedConversations)(
    '$client $scenario is answered',
    async ({ client, scenario, requests }) => {
      await runner.run({
        id: 'recorded',
        title: 'MUST be answered',
        run: async ({ client: http, upstream }) => {
          let answered = 0;
          for (const { body, headers } of requests) {
            const response = await http.request('POST', '/v1/messages?beta=true', { body, headers });
            const text = await response.text();
            expect(response.status, text.slice(0, 300)).toBe(200);
            answered += 1;
          }
          const continued = upstream.chatCalls.filter((call, turn) =>
            continues(call, upstream.chatCalls[turn - 1]),
          );
          recorded.push({
            client,
            scenario,
            requests: requests.length,
            answered,
            continued: continued.length,
          });
        },
      });
    },
  );
});

/** What `CLAUDE_CODE=... UPDATE=1` has found, see claude-code.test.ts. */
function recordedResults(): ClientResults[] {
  const folder = new URL('recorded/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .toReversed()
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as ClientResults);
}

test('docs/clients.md says what these tests have found', () => {
  const path = fileURLToPath(new URL('../../../../docs/clients.md', import.meta.url));
  const page = readFileSync(path, 'utf8');
  const results = [
    ...recordedResults(),
    ...found.map(({ client: { name, version }, cells }) => ({ name, version, cells })),
  ];
  const expected = withSupportBlock(
    page,
    `${toClientTables(allBehaviours, results)}\n\n${toRecordedTable(recorded)}`,
  );
  if (process.env['UPDATE'] === '1') writeFileSync(path, expected);
  else expect(page, 'run UPDATE=1 pnpm vitest packages/testkit/src/clients/clients.test.ts').toBe(expected);
});
