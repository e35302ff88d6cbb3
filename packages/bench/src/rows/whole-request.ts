import { measureInRounds } from '../rounds.ts';
import { cpuTimeOf, referenceLabel, type Row } from './row.ts';

export interface RequestLoad {
  readonly body: string;
  readonly requests: number;
}

/** What a request costs whose answer is one token, beside the parsing and writing of its JSON. */
export function wholeRequest(name: string, title: string, { body, requests }: RequestLoad): Row {
  return {
    name,
    async measure(stage, { labels, rounds }) {
      const { upstream, load, reference } = stage;
      const servers = await stage.servers(labels);
      await upstream.ask('scenario', { kind: 'one-token' });
      const contenders = servers.map((server) => ({
        label: server.label,
        async measure() {
          const time = await cpuTimeOf(server, () =>
            load.ask('ask', { url: server.url, body, requests, atOnce: 4 }),
          );
          return time / 1000 / requests;
        },
      }));
      contenders.push({
        label: referenceLabel,
        measure: async () => (await reference.ask('parseAndStringify', { body, times: requests })) / 1000,
      });
      const figures = await measureInRounds(contenders, rounds);
      const bar = { kind: 'relative', pipe: 1, reference: 1.25 } as const;
      return [{ name, title, unit: 'ms', bar, figures }];
    },
  };
}
