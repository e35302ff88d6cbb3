import { shortBody } from '../bodies.ts';
import { measureInRounds } from '../rounds.ts';
import { cpuTimeOf, type Row } from './row.ts';

export interface TokenLoad {
  readonly streams: number;
  /** Of each stream. */
  readonly tokens: number;
  /** 0 for as fast as they come. */
  readonly intervalMs: number;
}

/** What one token of an answer costs, without the begin and the end of the request: those are other rows'. */
export function streamedToken(name: string, title: string, { streams, tokens, intervalMs }: TokenLoad): Row {
  return {
    name,
    async measure(stage, { labels, rounds, warmUps }) {
      const { upstream, load } = stage;
      const servers = await stage.servers(labels);
      const contenders = servers.map((server) => ({
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
      }));
      const figures = await measureInRounds(contenders, rounds, warmUps);
      const bar = { kind: 'relative', pipe: 1, pipeInFramework: 1.15 } as const;
      return [{ name, title, unit: 'µs', bar, figures }];
    },
  };
}
