import { shortBody } from '../bodies.ts';
import { quantile } from '../report/statistics.ts';
import type { Figures, RowResult } from '../report/results.ts';
import { type Contender, measureInRounds } from '../rounds.ts';
import type { Row } from './row.ts';

/** Streams that go on beside the requests that are timed. */
const streams = 64;

/** So many requests are answered before, beside such streams, until V8 has compiled all that it is going to. */
const requestsInFront = 8000;

/**
 * How much later the first event comes than from the upstream itself, which is asked in turn with the server; the
 * machine is as busy for the one as for the other.
 */
export function firstEvent(requests: number): Row {
  return {
    name: 'first-event',
    async measure(stage, { labels, rounds = 5 }) {
      const { upstream, upstreamUrl, load } = stage;
      const both: Record<string, number[][]> = {};
      for (const label of labels) {
        const server = await stage.startServer(label);
        const ask = async (urls: readonly string[], count: number, longestPauseMs: number) => {
          await upstream.ask('scenario', { kind: 'held' });
          await load.ask('open', { url: server.url, body: shortBody, streams });
          await upstream.ask('scenario', { kind: 'one-token' });
          await upstream.ask('stream', { tokens: Number.MAX_SAFE_INTEGER, intervalMs: 10 });
          const times = await load.ask('firstEvents', {
            urls,
            body: shortBody,
            requests: count,
            longestPauseMs,
          });
          // Not by giving them up: not every server tells the upstream, and the next would pay for that.
          await upstream.ask('finish');
          await load.ask('closed');
          return times;
        };
        const contender: Contender<number[]> = {
          label,
          async measure() {
            // Not in step with the tokens of the open streams.
            const [direct = [], through = []] = await ask([upstreamUrl, server.url], requests, 15);
            return [0.5, 0.99].map((share) => quantile(through, share) - quantile(direct, share));
          },
        };
        try {
          await ask([server.url], requestsInFront, 0);
          Object.assign(both, await measureInRounds([contender], rounds, 1));
        } finally {
          await server.process.stop();
        }
      }
      return [
        toResult(
          'first-event-p50',
          'time to the first event, added to the upstream’s, at 64 streams: p50',
          1,
          pick(both, 0),
        ),
        toResult(
          'first-event-p99',
          'time to the first event, added to the upstream’s, at 64 streams: p99',
          10,
          pick(both, 1),
        ),
      ];
    },
  };
}

function pick(both: Readonly<Record<string, readonly number[][]>>, index: 0 | 1): Figures {
  return Object.fromEntries(
    Object.entries(both).map(([label, rounds]) => [label, rounds.map((round) => round[index] ?? Number.NaN)]),
  );
}

function toResult(name: string, title: string, atMost: number, figures: Figures): RowResult {
  return { name, title, unit: 'ms', bar: { kind: 'absolute', atMost }, figures };
}
