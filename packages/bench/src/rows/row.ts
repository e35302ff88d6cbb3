import type { Figures, RowResult } from '../report/results.ts';
import type { MeasuredServer, Stage } from '../stage.ts';

/** A row of the benchmark. */
export interface Row {
  /** As `--only` names it. */
  readonly name: string;
  /** Resolves with what was found out: one result, or several that are measured together. */
  measure(stage: Stage, options: RowOptions): Promise<RowResult[]>;
}

export interface RowOptions {
  /** Of the servers to measure, in order. */
  readonly labels: readonly string[];
  /** @defaultValue as many as the row needs for medians that repeat */
  readonly rounds?: number | undefined;
  /** Rounds in front that do not count. @defaultValue as many as the row needs for figures that repeat */
  readonly warmUps?: number | undefined;
  /** How often the servers are started, with a part of the rounds each. @defaultValue as the row needs it, as above */
  readonly starts?: number | undefined;
}

/** The name of the reference among the servers' figures. */
export const referenceLabel = 'parse + stringify';

/** Resolves with the microseconds of CPU time that a server's process spends while `work` goes on. */
export async function cpuTimeOf(server: MeasuredServer, work: () => Promise<void>): Promise<number> {
  const before = await server.process.ask('cpuTime');
  await work();
  return (await server.process.ask('cpuTime')) - before;
}

/** Returns the figures of each of these, the pipe's and the reference's those of the first server's rounds. */
export function toFigures(labels: readonly string[], beside: Readonly<Record<string, Figures>>): Figures {
  const [first] = Object.values(beside);
  return Object.fromEntries(
    labels.flatMap((label) => {
      const own = (beside[label] ?? first)?.[label];
      return own ? [[label, own]] : [];
    }),
  );
}
