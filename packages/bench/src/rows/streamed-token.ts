import { shortBody } from '../bodies.ts';
import { cpuTimeOf, type CostRow } from './row.ts';

/** What one token of an answer costs, without the request's begin and end: those are other rows'. */
export function streamedToken(name: string, title: string, run: TokenLoad): CostRow {
  return {
    name,
    title,
    unit: 'µs per token',
    bar: { pipe: 1, pipeInFramework: 1.15 },
    async measure({ upstream, load }, server) {
      await upstream.ask('scenario', { kind: 'held' });
      await load.ask('open', { url: server.url, body: shortBody, streams: run.streams });
      const time = await cpuTimeOf(server, async () => {
        await upstream.ask('stream', { tokens: run.tokens, intervalMs: run.intervalMs });
        await load.ask('received');
      });
      await upstream.ask('finish');
      await load.ask('closed');
      return time / (run.streams * run.tokens);
    },
  };
}

export interface TokenLoad {
  readonly streams: number;
  /** Of each stream. */
  readonly tokens: number;
  /** 0 for as fast as they come. */
  readonly intervalMs: number;
}
