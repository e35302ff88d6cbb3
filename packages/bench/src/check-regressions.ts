import { type RowResult } from './report/results.ts';
import { toStandings } from './report/standing.ts';
import { toTerminalTable } from './report/terminal-table.ts';
import { createRows, type Amounts } from './rows/rows.ts';
import { setStage } from './stage.ts';

/** A few seconds each: the figures are coarse, and so is what is asked of them. */
const amounts: Amounts = {
  paced: 0.5,
  unpaced: 600,
  claudeCode: 40,
  megabyte: 0,
  firstEvents: 0,
  idle: 0,
};
const rows = ['paced', 'unpaced', 'claude-code'];
const labels = ['pipe', 'node', 'express', 'fastify'];
const rounds = 2;

/** Times the bar. A change that costs so much was not a little careless. */
const tolerated = 2;

/**
 * Measures the rows of CPU time in short, beside the pipe in the same run, and once more what is too much.
 *
 * @throws Error if a figure is more than twice what its bar allows, both times
 */
export async function checkForRegressions(checkout: string): Promise<void> {
  const stage = await setStage({ checkout });
  try {
    const failed: string[] = [];
    for (const row of createRows(amounts, checkout).filter(({ name }) => rows.includes(name))) {
      let excesses: string[] = [];
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const results = await row.measure(stage, { labels, rounds });
        console.log(results.map((result) => `\n${toTerminalTable(result)}`).join('\n'));
        excesses = results.flatMap(toExcesses);
        if (excesses.length === 0) break;
      }
      failed.push(...excesses);
    }
    if (failed.length > 0)
      throw new Error(`More than ${tolerated} times the bar, twice:\n${failed.join('\n')}`);
  } finally {
    await stage.stop();
  }
}

/** The best round counts: whatever else the machine does only makes a figure worse. */
function toExcesses(result: RowResult): string[] {
  return toStandings(result)
    .filter(({ ofBar }) => ofBar !== undefined && ofBar.min > tolerated)
    .map(({ label, ofBar }) => `${label}: ${ofBar?.min.toFixed(1)} times the bar, ${result.title}`);
}
