import os from 'node:os';

/** What figures depend on, without the names of hosts and people. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
}

/** Returns the machine that this process runs on. */
export function describeMachine(): Machine {
  const all = os.cpus();
  return {
    cpu: (all[0]?.model ?? 'unknown').trim(),
    cores: all.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()} ${os.arch()}`,
    node: process.version,
  };
}

export interface Measurement {
  readonly machine: Machine;
  /** Day of the run. */
  readonly date: string;
}

/** Returns when and on what something was measured, in a sentence. */
export function describeMeasurement({ machine, date }: Measurement): string {
  const { cpu, cores, memoryGiB, platform, node } = machine;
  return `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node.slice(1)}.`;
}
