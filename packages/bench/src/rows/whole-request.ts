import type { Bar, Figures } from '../report/results.ts';
import { type Contender, measureInRounds } from '../rounds.ts';
import { pipeName } from '../servers/names.ts';
import type { MeasuredServer } from '../stage.ts';
import { cpuTimeOf, referenceLabel, type Row, toFigures } from './row.ts';

export interface RequestLoad {
  readonly body: string;
  readonly requests: number;
  /** Rounds in front that do not count, until V8 has compiled all that it is going to. */
  readonly warmUps: number;
  /** As in the {@link Bar}. */
  readonly today?: number | undefined;
}

/**
 * What a request costs whose answer is one token, beside the parsing and writing of its JSON. One server after another, each in
 * rounds with the pipe and the reference, and started for them: of a process that has waited for some seconds V8 keeps the heap
 * small from then on, and collects it all the time.
 */
export function wholeRequest(name: string, title: string, load: RequestLoad): Row {
  const { body, requests, today } = load;
  return {
    name,
    async measure(stage, { labels, rounds = 5, warmUps = load.warmUps }) {
      const { upstream, reference } = stage;
      const toContender = (server: MeasuredServer): Contender<number> => ({
        label: server.label,
        async measure() {
          const time = await cpuTimeOf(server, () =>
            stage.load.ask('ask', { url: server.url, body, requests, atOnce: 4 }),
          );
          return time / 1000 / requests;
        },
      });
      const pipes = await stage.servers(labels.filter((label) => label === pipeName));
      const parsing: Contender<number> = {
        label: referenceLabel,
        measure: async () => (await reference.ask('parseAndStringify', { body, times: requests })) / 1000,
      };
      const beside: Record<string, Figures> = {};
      for (const label of labels.filter((other) => other !== pipeName)) {
        const server = await stage.startServer(label);
        try {
          await upstream.ask('scenario', { kind: 'one-token' });
          const contenders = [...pipes, server].map(toContender);
          beside[label] = await measureInRounds([...contenders, parsing], rounds, warmUps);
        } finally {
          await server.process.stop();
        }
      }
      const figures = toFigures([...labels, referenceLabel], beside);
      const bar: Bar = { kind: 'relative', pipe: 1, reference: 1.25, ...(today !== undefined && { today }) };
      return [{ name, title, unit: 'ms', bar, figures, beside }];
    },
  };
}
