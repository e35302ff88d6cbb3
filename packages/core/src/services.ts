import { createGenerationMemory, type GenerationMemory } from './memory/generation-memory.ts';
import { createPrefixTracker, type PrefixTracker } from './memory/prefix-report.ts';
import { createRevealMemory, type RevealMemory } from './memory/reveal-order.ts';
import { createSigner, type Signer } from './memory/signer.ts';
import { createModelCatalog, type ModelCatalog } from './model-catalog.ts';
import type { ResolvedOptions } from './options.ts';
import { createSlotAffinity, type SlotAffinity } from './slots/affinity.ts';
import { createInFlight, type InFlight } from './slots/in-flight.ts';
import { createQueue, type Queue } from './slots/queue.ts';
import { createMemoryThreadStore } from './threads/thread-store.ts';
import { createThreads, type Threads } from './threads/threads.ts';
import { createTokenCounts, type TokenCounts } from './token-counts.ts';
import type { ChatChunk } from './chat/types.ts';
import type { Upstream } from './upstream/upstream.ts';

/** What outlives a request: everything that a handler remembers, each bounded. */
export interface Services {
  readonly upstream: Upstream;
  readonly catalog: ModelCatalog;
  readonly queue: Queue;
  readonly affinity: SlotAffinity | undefined;
  readonly inFlight: InFlight<readonly ChatChunk[]> | undefined;
  readonly memory: GenerationMemory;
  readonly reveals: RevealMemory;
  readonly prefixes: PrefixTracker;
  readonly signer: Signer;
  readonly threads: Threads | undefined;
  readonly counts: TokenCounts;
}

/** Most bytes of one answer that are kept for a client that asks again. */
const keptAnswerBytes = 4 * 1024 * 1024;

/** How long an answer goes on without a reader: the SDKs try again after half a second, and a slot must be free within one. */
const lingerMs = 700;

export function createServices(options: ResolvedOptions, upstream: Upstream): Services {
  return {
    upstream,
    catalog: createModelCatalog(upstream, options.models),
    queue: createQueue({ maxWaiting: options.maxQueue }),
    affinity: options.slotAffinity ? createSlotAffinity() : undefined,
    inFlight:
      options.attachRetries === false ? undefined : createInFlight({ maxBytes: keptAnswerBytes, lingerMs }),
    memory: createGenerationMemory(),
    reveals: createRevealMemory(),
    prefixes: createPrefixTracker(),
    signer: createSigner(),
    threads:
      options.threads === false
        ? undefined
        : createThreads({
            store: options.threads?.store ?? createMemoryThreadStore(),
            ttlMs: options.threads?.ttlMs,
            onStoreError: (error) =>
              options.logger?.warn(`llama-messages: the thread store failed: ${String(error)}`),
          }),
    counts: createTokenCounts(upstream),
  };
}
