import { toAllowances, toTolerated } from './report/allowance.ts';
import type { RowResult } from './report/results.ts';
import { createRows, type Amounts } from './rows/rows.ts';
import type { Row } from './rows/row.ts';
import { pipeName } from './servers/names.ts';
import { setStage, type Stage } from './stage.ts';

/** Less than a second each: the figures are coarse, and so is what is asked of them. */
const amounts: Amounts = {
  paced: 0.3,
  unpaced: 300,
  claudeCode: 30,
  megabyte: 0,
  firstEvents: 0,
  idle: 0,
};
/**
 * The rows, and the rounds in front that do not count. What comes as fast as it can is first: it warms the servers up for
 * what takes its time.
 */
const warmUps = { unpaced: 1, paced: 1, 'claude-code': 2 };
/** One for each way that a token takes to the client: the socket, a Readable, a web stream. */
const labels = ['node', 'fastify', 'fetch'];
const rounds = 2;
const attempts = 4;

/**
 * Measures the rows of CPU time in short, beside the pipe in the same rounds, and again, up to three times, what took too
 * much: a machine that has other work too has a quiet moment in one of them.
 *
 * @throws Error if a figure was too high in every round of every attempt
 */
export async function checkForRegressions(checkout: string): Promise<void> {
  const rows = createRows(amounts, checkout);
  const stage = await setStage({ checkout });
  try {
    const failed: string[] = [];
    for (const [name, warmUp] of Object.entries(warmUps)) {
      const row = rows.find((known) => known.name === name);
      if (!row) throw new Error(`There is no row ${name}`);
      failed.push(...(await checkRow(row, stage, warmUp)));
    }
    if (failed.length > 0)
      throw new Error(`Too much, in ${attempts} attempts of ${rounds} rounds each:\n${failed.join('\n')}`);
  } finally {
    await stage.stop();
  }
}

/** Resolves with a line for each server that took too much in every attempt; prints how all of them stand. */
export async function checkRow(row: Row, stage: Stage, warmUp = 0): Promise<string[]> {
  let left = labels;
  let excesses: string[] = [];
  for (let attempt = 1; attempt <= attempts && left.length > 0; attempt += 1) {
    const again = attempt > 1;
    const options = { labels: [pipeName, ...left], rounds, starts: 1, warmUps: again ? 0 : warmUp };
    for (const result of await row.measure(stage, options)) {
      console.log(`${again ? 'again, ' : ''}${result.title}: ${describeTolerated(result)}`);
      const allowances = toAllowances(result);
      for (const { label, best } of allowances) console.log(`  ${label.padEnd(10)}${best.toFixed(2)} times`);
      const over = allowances.filter(({ best, atMost }) => best > atMost);
      left = over.map(({ label }) => label);
      excesses = over.map(
        ({ label, best, atMost }) =>
          `  ${label}, ${result.title}: ${best.toFixed(1)} times the bar, ${atMost.toFixed(1)} are tolerated`,
      );
    }
  }
  return excesses;
}

function describeTolerated(result: RowResult): string {
  const atMost = `at most ${toTolerated(result)} times the bar`;
  const { bar } = result;
  if (bar.kind !== 'relative' || bar.today === undefined) return atMost;
  return `${atMost}, which is not met yet (${bar.today} times when last measured)`;
}
