import { describeMeasurement, type Measurement } from './machine.ts';
import { loadSaved, save } from './saved.ts';

/** The figures of each round by server (or reference), in the row's unit. */
export type Figures = Readonly<Record<string, readonly number[]>>;

/** What a figure of llama-messages may be at most. */
export type Bar =
  | {
      readonly kind: 'relative';
      /** Times the pipe's figure of the same round. */
      readonly pipe: number;
      /** The same for servers in a framework, where that is another. */
      readonly pipeInFramework?: number;
      /** And times the reference's on top. */
      readonly reference?: number;
      /** Where the bar is not met yet: how many times what it allows is used today, as `--ci` measures it. */
      readonly today?: number;
    }
  | { readonly kind: 'absolute'; readonly atMost: number }
  | { readonly kind: 'none' };

/** One row of the benchmark, measured. */
export interface RowResult {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly bar: Bar;
  readonly figures: Figures;
  /** Of servers that have rounds of their own: the figures of the pipe and the reference in these, by the server's label. */
  readonly beside?: Readonly<Record<string, Figures>>;
  /** Of a row that was measured by an earlier run than the others. */
  readonly measured?: Measurement;
}

/** A package that comes with `npm install` of core and an adapter. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
  /** What it is there for. */
  readonly why: string;
}

export interface InstallResult {
  readonly ours: readonly InstalledPackage[];
  /** What the framework brings, which the host has anyway. */
  readonly framework: { readonly name: string; readonly packages: number; readonly bytes: number };
}

/** What one run of the benchmark found out. */
export interface BenchResults extends Measurement {
  readonly rows: readonly RowResult[];
  readonly install?: InstallResult | undefined;
}

/** Returns the results that an earlier run has saved under this name; undefined if there are none. */
export function loadResults(name: string): BenchResults | undefined {
  return loadSaved<BenchResults>(name);
}

/** Saves results under a name; rows that were not measured now stay, and say when they were. Returns the file's path. */
export function saveResults(name: string, results: BenchResults): string {
  const earlier = loadResults(name);
  const measured = new Map(results.rows.map((row) => [row.name, row]));
  const kept = (earlier?.rows ?? []).map((row) => measured.get(row.name) ?? keep(row, earlier, results));
  const added = results.rows.filter((row) => !kept.includes(row));
  return save(name, {
    ...results,
    rows: [...kept, ...added],
    install: results.install ?? earlier?.install,
  } satisfies BenchResults);
}

function keep(row: RowResult, earlier: Measurement | undefined, now: Measurement): RowResult {
  if (!earlier || row.measured || describeMeasurement(earlier) === describeMeasurement(now)) return row;
  return { ...row, measured: { machine: earlier.machine, date: earlier.date } };
}
