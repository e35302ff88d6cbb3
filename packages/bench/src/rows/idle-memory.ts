import { shortBody } from '../bodies.ts';
import { measureInRounds } from '../rounds.ts';
import type { Row } from './row.ts';

/** What a stream that is open and silent takes of memory: resident size of the process, after garbage collections. */
export function idleMemory(wanted: number): Row {
  return {
    name: 'memory',
    async measure(stage, { labels, rounds = 3 }) {
      const { upstream, load } = stage;
      const streams = Math.min(wanted, maxStreams());
      const contenders = labels.map((label) => ({
        label,
        async measure() {
          // A new process each time: one that has held so many streams before has the memory still.
          const server = await stage.startServer(label, ['--expose-gc']);
          await upstream.ask('scenario', { kind: 'held' });
          const open = (count: number) =>
            load.ask('open', { url: server.url, body: shortBody, streams: count });
          try {
            // Whatever is only loaded, compiled and connected once.
            await open(100);
            await load.ask('abort');
            const before = await server.process.ask('memory');
            await open(streams);
            const after = await server.process.ask('memory');
            return (after.resident - before.resident) / 1024 / streams;
          } finally {
            await load.ask('abort');
            await server.process.stop();
          }
        },
      }));
      const figures = await measureInRounds(contenders, rounds, 0);
      const title = `memory of an open idle stream, ${streams} of them`;
      return [{ name: 'memory', title, unit: 'KiB', bar: { kind: 'relative', pipe: 1.25 }, figures }];
    },
  };
}

/** A stream takes two sockets of the server; some more are needed for files and the rest. */
function maxStreams(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const limit = Number(report.userLimits?.open_files?.soft);
  return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : Math.floor((limit - 200) / 2);
}
