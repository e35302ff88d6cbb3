import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../processes/child-process.ts';
import { describeMachine, type Machine } from '../report/machine.ts';
import { setStage } from '../stage.ts';
import type { SoakCommands, SoakTotals } from './soak-totals.ts';

export interface SoakOptions {
  readonly checkout: string;
  /** Label of the server. */
  readonly server: string;
  readonly minutes: number;
  readonly streams: number;
  readonly onSample?: (sample: SoakSample, totals: SoakTotals) => void;
}

/** The server's memory at one moment, after garbage collections, and what was open. */
export interface SoakSample {
  readonly minute: number;
  readonly residentMiB: number;
  readonly heapMiB: number;
  readonly clientStreams: number;
  readonly upstreamStreams: number;
}

export interface SoakReport {
  readonly machine: Machine;
  readonly date: string;
  readonly server: string;
  readonly minutes: number;
  readonly streams: number;
  readonly totals: SoakTotals;
  /** Answers of the upstream that were given up before their end. */
  readonly upstreamGivenUp: number;
  /** Answers that the upstream reset. */
  readonly upstreamResets: number;
  /** Answers of the upstream that went on though no client was left. */
  readonly leftOpen: number;
  readonly samples: readonly SoakSample[];
}

const samples = 60;

/** Lets clients, slow ones and ones that leave, ask a server for numbered answers, some of which the upstream resets. */
export async function soak({
  checkout,
  server: label,
  minutes,
  streams,
  onSample,
}: SoakOptions): Promise<SoakReport> {
  const stage = await setStage({ checkout });
  const clients = await startProcess<SoakCommands>('soak/load-main.js');
  const server = await stage.startServer(label, ['--expose-gc']);
  try {
    await stage.upstream.ask('scenario', { kind: 'numbered' });
    await clients.ask('start', { url: server.url, streams });
    const taken: SoakSample[] = [];
    const start = performance.now();
    for (let number = 1; number <= samples; number += 1) {
      await sleep(Math.max(0, start + (number / samples) * minutes * 60_000 - performance.now()));
      const { resident, heap } = await server.process.ask('memory');
      const upstreamStreams = await stage.upstream.ask('open');
      const { open, ...totals } = await clients.ask('totals');
      const sample = {
        minute: (performance.now() - start) / 60_000,
        residentMiB: resident / 2 ** 20,
        heapMiB: heap / 2 ** 20,
        clientStreams: open,
        upstreamStreams,
      };
      taken.push(sample);
      onSample?.(sample, totals);
    }
    const totals = await clients.ask('finish');
    // What is still under way between three processes.
    await sleep(1_000);
    return {
      machine: describeMachine(),
      date: new Date().toISOString().slice(0, 10),
      server: label,
      minutes,
      streams,
      totals,
      upstreamGivenUp: await stage.upstream.ask('givenUp'),
      upstreamResets: await stage.upstream.ask('resets'),
      leftOpen: await stage.upstream.ask('open'),
      samples: taken,
    };
  } finally {
    await Promise.all([clients.stop(), server.process.stop()]);
    await stage.stop();
  }
}
