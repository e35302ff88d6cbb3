/**
 * Measures what llama-messages costs beside a byte pipe and beside its peers. See docs/performance.md.
 *
 * @packageDocumentation
 */
import { parseArgs } from 'node:util';
import { checkForRegressions } from './check-regressions.ts';
import { readArguments, runCommand } from './command-line.ts';
import { writeDocument } from './report/document.ts';
import { describeMachine } from './report/machine.ts';
import { toComparison, toInstallTable } from './report/markdown.ts';
import { type BenchResults, loadResults, type RowResult, saveResults } from './report/results.ts';
import { toTerminalTable } from './report/terminal-table.ts';
import { measureInstall } from './rows/install.ts';
import { createRows, fullAmounts, rowNames } from './rows/rows.ts';
import { isOurs, serverNames } from './servers/names.ts';
import { runSoak } from './soak/run-soak.ts';
import { ownCheckout, setStage } from './stage.ts';

const usage = `usage: pnpm bench -- [options]                measures and prints
       pnpm bench -- --ci                       the short form: fails if a figure is twice what its bar allows
       pnpm bench -- soak [--minutes 30]        one server under aborts, slow readers and resets
       pnpm bench -- docs                       writes docs/performance.md from results/latest.json
       pnpm bench -- compare before latest      prints a table of two results

  --only A,B          of ${rowNames.join(', ')}
  --servers A,B       of ${serverNames.join(', ')};
                      NAME@PATH measures the packages that another checkout has built, beside this one's
  --checkout PATH     measures another checkout's packages throughout
  --rounds N          5 by default
  --save NAME         writes results/NAME.json; rows that were not measured stay. "latest" is what the docs show
  --profile FOLDER    writes a CPU profile of each server there
  --server NAME       which server is soaked, node by default`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    args: readArguments(),
    allowPositionals: true,
    options: {
      only: { type: 'string', default: rowNames.join(',') },
      servers: { type: 'string', default: serverNames.join(',') },
      checkout: { type: 'string', default: ownCheckout },
      rounds: { type: 'string', default: '5' },
      save: { type: 'string' },
      profile: { type: 'string' },
      server: { type: 'string', default: 'node' },
      minutes: { type: 'string', default: '30' },
      ci: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command = values.ci ? 'ci' : 'measure', ...names] = positionals;
  if (values.help) return console.log(usage);
  switch (command) {
    case 'measure': {
      const results = await measure(values);
      if (values.save !== undefined) console.log(`\nwritten: ${saveResults(values.save, results)}`);
      return;
    }
    case 'ci':
      return checkForRegressions(values.checkout);
    case 'soak':
      return runSoak({ checkout: values.checkout, server: values.server, minutes: Number(values.minutes), save: values.save });
    case 'docs':
      return writeDocument(required(names[0] ?? 'latest'));
    case 'compare': {
      const [before = 'before', after = 'latest'] = names;
      return console.log(toComparison(required(before), required(after), serverNames.filter(isOurs)));
    }
    default:
      throw new Error(`There is no command "${command}"\n\n${usage}`);
  }
});

interface MeasureValues {
  readonly only: string;
  readonly servers: string;
  readonly checkout: string;
  readonly rounds: string;
  readonly profile?: string | undefined;
}

async function measure(values: MeasureValues): Promise<BenchResults> {
  const only = values.only.split(',');
  const unknown = only.filter((name) => !rowNames.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no row ${unknown.join(', ')}: choose of ${rowNames.join(', ')}`);
  const options = { labels: values.servers.split(','), rounds: Number(values.rounds) };
  const measured: RowResult[] = [];
  const stage = await setStage({ checkout: values.checkout, profiles: values.profile });
  try {
    for (const row of createRows(fullAmounts).filter(({ name }) => only.includes(name))) {
      for (const result of await row.measure(stage, options)) {
        measured.push(result);
        console.log(`\n${toTerminalTable(result)}`);
      }
    }
  } finally {
    await stage.stop();
  }
  const install = only.includes('install') ? await measureInstall(values.checkout) : undefined;
  if (install) console.log(`\n${toInstallTable(install)}`);
  return { machine: describeMachine(), date: new Date().toISOString().slice(0, 10), rows: measured, install };
}

function required(name: string): BenchResults {
  const results = loadResults(name);
  if (!results) throw new Error(`There are no results "${name}": measure with --save ${name} first`);
  return results;
}
