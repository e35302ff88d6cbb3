import { type BodyMemory, createBodyMemory } from './memory/body-memory.ts';
import { createGenerationMemory, type GenerationMemory } from './memory/generation-memory.ts';
import { createPromptMemory, type PromptMemory } from './memory/prompt-memory.ts';
import { createRevealMemory, type RevealMemory } from './memory/reveal-order.ts';
import { createToolMemory, type ToolMemory } from './memory/tool-memory.ts';
import { createSigner, type Signer } from './memory/signer.ts';
import type { ResolvedOptions } from './options.ts';
import { type Backend, createBackends } from './routing/backend.ts';
import { createModelRouter, type ModelRouter } from './routing/model-router.ts';
import { createInFlight, type InFlight } from './slots/in-flight.ts';
import { createMemoryThreadStore } from './threads/thread-store.ts';
import { createThreads, type Threads } from './threads/threads.ts';
import type { ChatItem } from './upstream/chat-stream.ts';

/** What outlives a request: everything that a handler remembers, each bounded. */
export interface Services {
  /** The default one first. */
  readonly backends: readonly Backend[];
  readonly router: ModelRouter;
  readonly inFlight: InFlight<readonly ChatItem[]> | undefined;
  readonly bodies: BodyMemory;
  readonly memory: GenerationMemory;
  readonly reveals: RevealMemory;
  readonly prompts: PromptMemory;
  readonly signer: Signer;
  readonly tools: ToolMemory;
  readonly threads: Threads | undefined;
}

/** Most bytes of one answer that are kept for a client that asks again. */
const keptAnswerBytes = 4 * 1024 * 1024;

/** How long an answer goes on without a reader: the SDKs try again after half a second, and a slot must be free within one. */
const lingerMs = 700;

export function createServices(options: ResolvedOptions): Services {
  const backends = createBackends(options);
  return {
    backends,
    router: createModelRouter(options, backends),
    inFlight:
      options.attachRetries === false ? undefined : createInFlight({ maxBytes: keptAnswerBytes, lingerMs }),
    bodies: createBodyMemory(),
    memory: createGenerationMemory(),
    reveals: createRevealMemory(),
    prompts: createPromptMemory(),
    tools: createToolMemory(),
    signer: createSigner(
      options.signingSecret === undefined ? {} : { secret: new TextEncoder().encode(options.signingSecret) },
    ),
    threads:
      options.threads === false
        ? undefined
        : createThreads({
            store: options.threads?.store ?? createMemoryThreadStore(),
            ttlMs: options.threads?.ttlMs,
            onStoreError: (error) =>
              options.logger?.warn(`llama-messages: the thread store failed: ${String(error)}`),
          }),
  };
}
