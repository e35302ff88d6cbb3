/**
 * Measures what llama-messages costs beside a byte pipe and beside its peers. See docs/performance.md.
 *
 * @packageDocumentation
 */
import { parseArgs } from 'node:util';
import { checkForRegressions } from './check-regressions.ts';
import { readArguments, runCommand } from './command-line.ts';
import { writeResults, writeSoak } from './report/document.ts';
import { describeMachine } from './report/machine.ts';
import { toComparison, toInstallTable } from './report/markdown.ts';
import { type BenchResults, loadResults, saveResults } from './report/results.ts';
import { loadSaved } from './report/saved.ts';
import { toTerminalTable } from './report/terminal-table.ts';
import { measureInstall } from './rows/install.ts';
import { createRows, fullAmounts, rowNames } from './rows/rows.ts';
import { frameworkPipeNames, isOurs, serverNames } from './servers/names.ts';
import { runSoak } from './soak/run-soak.ts';
import type { SoakReport } from './soak/soak.ts';
import { ownCheckout, setStage, toPath } from './stage.ts';

const usage = `usage: pnpm bench -- [options]                measures and prints
       pnpm bench -- --ci                       the short form: fails if a figure is twice what its bar allows, or what it takes today
       pnpm bench -- soak [--minutes 30]        one server under aborts, slow readers and resets
       pnpm bench -- docs                       writes docs/performance.md from results/latest.json and soak.json
       pnpm bench -- compare before latest      prints a table of two results

  --only A,B          of ${rowNames.join(', ')};
                      llama-server wants LLAMA_SERVER=/path/to/llama-server
  --servers A,B       of ${serverNames.join(', ')},
                      and of ${frameworkPipeNames.join(', ')},
                      which are not measured by default;
                      NAME@PATH measures the packages that another checkout has built, beside this one's
  --checkout PATH     measures another checkout's packages throughout
  --rounds N          3 to 12 by default, as the rows need it
  --save NAME         writes results/NAME.json, rows that were not measured stay; the docs show "latest" and "soak"
  --profile FOLDER    writes a CPU profile of each server there, in the order of their starts
  --server NAME       which server is soaked, node by default`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    args: readArguments(),
    allowPositionals: true,
    options: {
      only: { type: 'string', default: rowNames.join(',') },
      servers: { type: 'string', default: serverNames.join(',') },
      checkout: { type: 'string', default: ownCheckout },
      rounds: { type: 'string' },
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
  const checkout = toPath(values.checkout);
  switch (command) {
    case 'measure': {
      const { save } = values;
      return measure({ ...values, checkout }, (found) => {
        if (save !== undefined) console.log(`written: ${saveResults(save, found)}`);
      });
    }
    case 'ci':
      return checkForRegressions(checkout);
    case 'soak':
      return runSoak({ checkout, server: values.server, minutes: Number(values.minutes), save: values.save });
    case 'docs':
      return writeDocument(names[0] ?? 'latest');
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
  readonly rounds?: string | undefined;
  readonly profile?: string | undefined;
}

/** Calls `onFound` with what each row has found out as soon as it is known: a whole run takes forty minutes. */
async function measure(values: MeasureValues, onFound: (found: BenchResults) => void): Promise<void> {
  const only = values.only.split(',');
  const unknown = only.filter((name) => !rowNames.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no row ${unknown.join(', ')}: choose of ${rowNames.join(', ')}`);
  const options = {
    labels: values.servers.split(','),
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
  };
  const about = { machine: describeMachine(), date: new Date().toISOString().slice(0, 10) };
  const stage = await setStage({
    checkout: values.checkout,
    profiles: values.profile === undefined ? undefined : toPath(values.profile),
  });
  try {
    for (const row of createRows(fullAmounts, values.checkout).filter(({ name }) => only.includes(name))) {
      const rows = await row.measure(stage, options);
      for (const result of rows) console.log(`\n${toTerminalTable(result)}`);
      onFound({ ...about, rows });
    }
  } finally {
    await stage.stop();
  }
  if (!only.includes('install')) return;
  const install = await measureInstall(values.checkout);
  console.log(`\n${toInstallTable(install)}`);
  onFound({ ...about, rows: [], install });
}

function writeDocument(name: string): void {
  writeResults(required(name));
  const report = loadSaved<SoakReport>('soak');
  if (report) writeSoak(report);
}

function required(name: string): BenchResults {
  const results = loadResults(name);
  if (!results) throw new Error(`There are no results "${name}": measure with --save ${name} first`);
  return results;
}
