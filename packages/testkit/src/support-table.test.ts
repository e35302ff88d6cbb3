import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cases } from './cases.ts';
import { toSupportSummary, toSupportTable, withSupportBlock } from './support-table.ts';

/** The pages that say what is supported, and what stands in each. `UPDATE=1` writes them anew. */
const pages = [
  ['README.md', toSupportSummary(cases)],
  ['docs/compatibility.md', toSupportTable(cases)],
] as const;

test.each(pages)('%s says what the conformance cases say', (name, block) => {
  const path = fileURLToPath(new URL(`../../../${name}`, import.meta.url));
  const page = readFileSync(path, 'utf8');
  const expected = withSupportBlock(page, block);
  if (process.env['UPDATE'] === '1') writeFileSync(path, expected);
  else expect(page, 'run UPDATE=1 pnpm vitest packages/testkit/src/support-table.test.ts').toBe(expected);
});

test('a title cannot break out of its table', () => {
  const table = toSupportTable({
    messages: [{ id: 'a', title: 'MUST keep a | b and <think>', run: async () => {} }],
  });
  expect(table).toContain(String.raw`| MUST keep a \| b and &lt;think> |`);
});
