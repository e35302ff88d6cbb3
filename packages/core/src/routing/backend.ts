import { MessagesError } from '../errors.ts';
import type { ResolvedOptions } from '../options.ts';
import { createSlotAffinity, type SlotAffinity } from '../slots/affinity.ts';
import { createQueue, type Queue } from '../slots/queue.ts';
import { createTokenCounts, type TokenCounts } from '../token-counts.ts';
import { detectUpstream } from '../upstream/detect-upstream.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { createModelCatalog, type ModelCatalog } from './model-catalog.ts';
import { defaultUpstream } from './model-route.ts';

/** An upstream, and everything that is remembered and waited for at it alone. */
export interface Backend {
  /** As in the option `upstreams`; `default` for the option `upstream`. */
  readonly name: string;
  readonly upstream: Upstream;
  readonly catalog: ModelCatalog;
  readonly queue: Queue;
  readonly affinity: SlotAffinity | undefined;
  readonly counts: TokenCounts;
  /** Told why a request failed: a server that went away may come back as another one. */
  onFailure(error: unknown): void;
}

/** Returns the backend of every upstream in the options, the default one first. None is asked for anything yet. */
export function createBackends(options: ResolvedOptions): readonly [Backend, ...Backend[]] {
  const { upstream, upstreamApiKey, upstreams, httpClient } = options;
  return [
    createBackend(defaultUpstream, toUpstream(upstream, upstreamApiKey), options),
    ...Object.entries(upstreams ?? {}).map(([name, other]) =>
      // The key is the default server's, and nobody else's business.
      createBackend(name, toUpstream(other, undefined), options),
    ),
  ];

  function toUpstream(server: string | URL | Upstream, apiKey: string | undefined): Upstream {
    if (typeof server !== 'string' && !(server instanceof URL)) return server;
    return detectUpstream({ url: server, apiKey, httpClient });
  }
}

function createBackend(name: string, upstream: Upstream, options: ResolvedOptions): Backend {
  const catalog = createModelCatalog(upstream);
  const counts = createTokenCounts(upstream);

  function onFailure(error: unknown): void {
    if (!MessagesError.is(error)) return;
    if (error.upstreamState !== undefined || error.type === 'not_found_error') catalog.forget();
  }

  return {
    name,
    upstream,
    catalog,
    queue: createQueue({ maxWaiting: options.maxQueue }),
    affinity: options.slotAffinity ? createSlotAffinity() : undefined,
    counts: {
      async count(chat, call) {
        try {
          return await counts.count(chat, call);
        } catch (error) {
          onFailure(error);
          throw error;
        }
      },
    },
    onFailure,
  };
}
