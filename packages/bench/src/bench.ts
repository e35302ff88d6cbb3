/**
 * Measures what llama-messages costs beside a byte pipe and beside its peers. See docs/performance.md.
 *
 * @packageDocumentation
 */
import { parseArgs } from 'node:util';
import { readArguments, runCommand } from './command-line.ts';
import { toTerminalTable } from './report/terminal-table.ts';
import { createRows } from './rows/rows.ts';
import { serverNames } from './servers/names.ts';
import { setStage } from './stage.ts';

const usage = `usage: pnpm bench -- [options]

  --only A,B          rows: paced, unpaced, claude-code, megabyte
  --servers A,B       of ${serverNames.join(', ')};
                      NAME@PATH measures the packages that another checkout has built, beside this one's
  --checkout PATH     measures another checkout's packages throughout
  --rounds N          5 by default
  --profile FOLDER    writes a CPU profile of each server there`;

await runCommand(async () => {
  const { values } = parseArgs({
    args: readArguments(),
    options: {
      only: { type: 'string' },
      servers: { type: 'string', default: serverNames.join(',') },
      checkout: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const only = values.only?.split(',');
  const rows = createRows({ paced: 2, unpaced: 4000, claudeCode: 100, megabyte: 12 }).filter(
    ({ name }) => only?.includes(name) ?? true,
  );
  const stage = await setStage({ checkout: values.checkout, profiles: values.profile });
  try {
    const options = { labels: values.servers.split(','), rounds: Number(values.rounds) };
    for (const row of rows) {
      for (const result of await row.measure(stage, options)) console.log(`\n${toTerminalTable(result)}`);
    }
  } finally {
    await stage.stop();
  }
});
