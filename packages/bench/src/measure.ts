import { readAnswerText } from './answer-text.ts';
import { shortBody } from './bodies.ts';
import { type CostRow, referenceLabel } from './rows/row.ts';
import type { MeasuredServer, Stage } from './stage.ts';
import { marks } from './upstream/pieces.ts';

/** The figures of each round by server, in the row's unit. */
export type Figures = Readonly<Record<string, readonly number[]>>;

export interface MeasureOptions {
  readonly rounds: number;
  /** Called with each figure as it comes. */
  readonly onFigure?: (label: string, round: number, figure: number) => void;
}

/**
 * Measures a row in rounds: each server once in each round, so that whatever else the machine does meets all of them.
 * The order turns by one from round to round. One more round in front warms the servers up.
 */
export async function measureRow(
  stage: Stage,
  servers: readonly MeasuredServer[],
  row: CostRow,
  { rounds, onFigure }: MeasureOptions,
): Promise<Figures> {
  const figures: Record<string, number[]> = {};
  const contenders = servers.map(({ label }, index) => ({
    label,
    measure: () => row.measure(stage, servers[index] as MeasuredServer),
  }));
  const body = row.referenceBody;
  if (body !== undefined) {
    const times = Math.max(20, Math.round(10_000_000 / body.length));
    contenders.push({
      label: referenceLabel,
      measure: async () => (await stage.reference.ask('parseAndStringify', { body, times })) / 1000,
    });
  }
  for (let round = 0; round <= rounds; round += 1) {
    const turn = round % contenders.length;
    for (const { label, measure } of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      const figure = await measure();
      if (round === 0) continue;
      (figures[label] ??= []).push(figure);
      onFigure?.(label, round, figure);
    }
  }
  // In the order of the servers, whoever began.
  return Object.fromEntries(contenders.map(({ label }) => [label, figures[label] ?? []]));
}

/**
 * Asks each server for an answer and reads it.
 *
 * @throws Error if a server's answer is not the upstream's: a server that drops something is cheap
 */
export async function checkServers(stage: Stage, servers: readonly MeasuredServer[]): Promise<void> {
  await stage.upstream.ask('scenario', { kind: 'one-token' });
  for (const { label, url } of servers) {
    const text = readAnswerText(await stage.load.ask('text', { url, body: shortBody }));
    if (text !== marks.first) {
      throw new Error(`${label} answered ${JSON.stringify(text)}, and the upstream ${JSON.stringify(marks.first)}`);
    }
  }
}
