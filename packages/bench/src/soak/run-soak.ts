import { save } from '../report/saved.ts';
import { soak } from './soak.ts';
import { findFaults } from './soak-faults.ts';

const streams = 64;

/**
 * Runs a soak, prints a line for each sample, and the faults at the end.
 *
 * @throws Error if there are faults
 */
export async function runSoak(options: {
  readonly checkout: string;
  readonly server: string;
  readonly minutes: number;
  readonly save?: string | undefined;
}): Promise<void> {
  const report = await soak({
    ...options,
    streams,
    onSample(
      { minute, residentMiB, heapMiB, upstreamStreams },
      { complete, aborted, cut, lost, duplicated },
    ) {
      console.log(
        `${minute.toFixed(1).padStart(6)} min  resident ${residentMiB.toFixed(0)} MiB, heap ${heapMiB.toFixed(1)} MiB, ` +
          `${upstreamStreams} open upstream; ${complete} complete, ${aborted} aborted, ${cut} cut; ` +
          `lost ${lost}, duplicated ${duplicated}`,
      );
    },
  });
  const { totals, upstreamGivenUp, upstreamResets, leftOpen } = report;
  console.log(JSON.stringify({ ...totals, upstreamGivenUp, upstreamResets, leftOpen }));
  if (options.save !== undefined) console.log(`written: ${save(options.save, report)}`);
  const faults = findFaults(report);
  if (faults.length > 0) throw new Error(`The soak found faults: ${faults.join('; ')}`);
  console.log('no faults');
}
