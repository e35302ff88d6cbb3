import { claudeCodeBody, longConversationBody } from '../bodies.ts';
import { measureInRounds } from '../rounds.ts';
import type { RowResult } from '../report/results.ts';
import type { Row } from './row.ts';

/** When the first event comes while the upstream reads a prompt for seconds. */
export function prefill(): Row {
  return {
    name: 'prefill',
    async measure(stage, { labels, rounds = 3 }) {
      const servers = await stage.servers(labels);
      const lengths = [
        { name: 'prefill', title: 'of 49 kB', ms: 1_000, body: claudeCodeBody() },
        { name: 'prefill-megabyte', title: 'of 1 MB', ms: 4_000, body: longConversationBody(1_000_000) },
      ];
      const results: RowResult[] = [];
      for (const { name, title, ms, body } of lengths) {
        await stage.upstream.ask('scenario', { kind: 'slow-prompt', ms });
        const contenders = servers.map(({ label, url }) => ({
          label,
          async measure() {
            const times = await stage.load.ask('firstEvents', {
              urls: [url],
              body,
              requests: 1,
              longestPauseMs: 15,
            });
            return times[0]?.[0] ?? Number.NaN;
          },
        }));
        results.push({
          name,
          title: `first event of a prompt ${title} that the upstream reads for ${ms / 1000} s`,
          unit: 'ms',
          bar: { kind: 'absolute', atMost: 100 },
          figures: await measureInRounds(contenders, rounds, 1),
        });
      }
      return results;
    },
  };
}
