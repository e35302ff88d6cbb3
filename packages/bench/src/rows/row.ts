import type { MeasuredServer, Stage } from '../stage.ts';

/** A row of the benchmark: one figure of each server, each round. */
export interface CostRow {
  /** As `--only` names it. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** How much of the pipe's figure a server may have. */
  readonly bar: Bar;
  /** The request whose parsing and writing is measured beside the servers, as {@link referenceLabel}. */
  readonly referenceBody?: string;
  /** Resolves with the figure of one round. */
  measure(stage: Stage, server: MeasuredServer): Promise<number>;
}

/** What llama-messages may cost at most. */
export interface Bar {
  /** Times the pipe's figure. */
  readonly pipe: number;
  /** The same for servers in a framework, where that is another. */
  readonly pipeInFramework?: number;
  /** And times the reference on top. */
  readonly reference?: number;
}

/** The name of the reference among the servers' results. */
export const referenceLabel = 'parse + stringify';

/** Resolves with the microseconds of CPU time that a server's process spends while `work` goes on. */
export async function cpuTimeOf(server: MeasuredServer, work: () => Promise<void>): Promise<number> {
  const before = await server.process.ask('cpuTime');
  await work();
  return (await server.process.ask('cpuTime')) - before;
}
