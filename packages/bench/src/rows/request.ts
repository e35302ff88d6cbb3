import { cpuTimeOf, type CostRow } from './row.ts';

/** What a request costs whose answer is one token. */
export function wholeRequest(name: string, title: string, { body, requests }: RequestLoad): CostRow {
  return {
    name,
    title,
    unit: 'ms per request',
    bar: { pipe: 1, reference: 1.25 },
    referenceBody: body,
    async measure({ upstream, load }, server) {
      await upstream.ask('scenario', { kind: 'one-token' });
      const time = await cpuTimeOf(server, () =>
        load.ask('ask', { url: server.url, body, requests, atOnce: 4 }),
      );
      return time / 1000 / requests;
    },
  };
}

export interface RequestLoad {
  readonly body: string;
  readonly requests: number;
}
