import { shortBody } from '../bodies.ts';
import { type Contender, measureInRounds } from '../rounds.ts';
import { pipeName } from '../servers/names.ts';
import type { MeasuredServer } from '../stage.ts';
import { cpuTimeOf, type Row, toFigures } from './row.ts';

export interface TokenLoad {
  readonly streams: number;
  /** Of each stream. */
  readonly tokens: number;
  /** 0 for as fast as they come. */
  readonly intervalMs: number;
}

/**
 * What one token of an answer costs, without the begin and the end of the request: those are other rows'. One server after another,
 * each in rounds with the pipe alone: of a process that has waited for some seconds V8 makes the heap small, and collects it more
 * often. A part of the rounds with each of several starts of the two: how V8 has compiled a process is good or bad for a tenth,
 * from its first minute to its end.
 */
export function streamedToken(name: string, title: string, { streams, tokens, intervalMs }: TokenLoad): Row {
  return {
    name,
    async measure(stage, { labels, rounds = 12, warmUps = 2, starts = 4 }) {
      const { upstream, load } = stage;
      const toContender = (server: MeasuredServer): Contender<number> => ({
        label: server.label,
        async measure() {
          await upstream.ask('scenario', { kind: 'held' });
          await load.ask('open', { url: server.url, body: shortBody, streams });
          const time = await cpuTimeOf(server, async () => {
            await upstream.ask('stream', { tokens, intervalMs });
            await load.ask('received');
          });
          await upstream.ask('finish');
          await load.ask('closed');
          return time / (streams * tokens);
        },
      });
      const beside: Record<string, Record<string, number[]>> = {};
      for (const label of labels.filter((other) => other !== pipeName)) {
        const pair = labels.filter((other) => other === pipeName || other === label);
        const figures: Record<string, number[]> = Object.fromEntries(pair.map((one) => [one, []]));
        for (let start = 0; start < starts; start += 1) {
          if (starts > 1) await stage.stopServers();
          const contenders = (await stage.servers(pair)).map(toContender);
          const found = await measureInRounds(contenders, Math.ceil(rounds / starts), warmUps);
          for (const one of pair) figures[one]?.push(...(found[one] ?? []));
        }
        beside[label] = figures;
      }
      const bar = { kind: 'relative', pipe: 1, pipeInFramework: 1.15 } as const;
      return [{ name, title, unit: 'µs', bar, figures: toFigures(labels, beside), beside }];
    },
  };
}
