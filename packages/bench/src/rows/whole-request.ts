import type { Bar } from '../report/results.ts';
import { measureInRounds } from '../rounds.ts';
import { cpuTimeOf, referenceLabel, type Row } from './row.ts';

export interface RequestLoad {
  readonly body: string;
  readonly requests: number;
  /** As in the {@link Bar}. */
  readonly today?: number | undefined;
}

/** What a request costs whose answer is one token, beside the parsing and writing of its JSON. */
export function wholeRequest(name: string, title: string, load: RequestLoad): Row {
  const { body, requests, today } = load;
  return {
    name,
    async measure(stage, { labels, rounds, warmUps }) {
      const { upstream, reference } = stage;
      const servers = await stage.servers(labels);
      await upstream.ask('scenario', { kind: 'one-token' });
      const contenders = servers.map((server) => ({
        label: server.label,
        async measure() {
          const time = await cpuTimeOf(server, () =>
            stage.load.ask('ask', { url: server.url, body, requests, atOnce: 4 }),
          );
          return time / 1000 / requests;
        },
      }));
      contenders.push({
        label: referenceLabel,
        measure: async () => (await reference.ask('parseAndStringify', { body, times: requests })) / 1000,
      });
      const figures = await measureInRounds(contenders, rounds, warmUps);
      const bar: Bar = { kind: 'relative', pipe: 1, reference: 1.25, ...(today !== undefined && { today }) };
      return [{ name, title, unit: 'ms', bar, figures }];
    },
  };
}
