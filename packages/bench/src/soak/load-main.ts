/**
 * The process of the clients of a soak.
 *
 * @packageDocumentation
 */
import { answerCommands } from '../processes/commands.ts';
import { readerPrompt, slowReaderPrompt } from './prompts.ts';
import { type ReadAnswer, readNumbered } from './read-numbered.ts';
import type { SoakCommands, SoakTotals } from './soak-totals.ts';

/** Chance of a client to leave before the end. */
const aborts = 0.2;
/** Part of the clients that read slowly. */
const slowReaders = 0.1;

const totals: SoakTotals = { complete: 0, aborted: 0, cut: 0, refused: 0, tokens: 0, lost: 0, duplicated: 0 };
const state = { isOver: false };
let lines: Promise<void>[] = [];
let open = 0;

function toBody(prompt: string): string {
  const messages = [{ role: 'user', content: prompt }];
  return JSON.stringify({ model: 'demo', max_tokens: 100_000, stream: true, messages });
}

function count(answer: ReadAnswer): void {
  totals[answer.outcome] += 1;
  totals.tokens += answer.tokens;
  totals.lost += answer.lost;
  totals.duplicated += answer.duplicated;
}

/** One client after another, until it is over. */
async function line(url: string, isSlow: boolean): Promise<void> {
  const body = toBody(isSlow ? slowReaderPrompt : readerPrompt);
  while (!state.isOver) {
    const abortAfterMs = Math.random() < aborts ? Math.random() * 5_000 : undefined;
    open += 1;
    count(await readNumbered(url, body, { abortAfterMs, isSlow }));
    open -= 1;
  }
}

answerCommands<SoakCommands>({
  start({ url, streams }) {
    lines = Array.from({ length: streams }, (_, index) => line(url, index < streams * slowReaders));
  },
  totals: () => ({ ...totals, open }),
  async finish() {
    state.isOver = true;
    await Promise.all(lines);
    return totals;
  },
});
