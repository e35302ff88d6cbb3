import type { ChatRequest, TokenCount, Upstream } from '@llama-messages/core';
import type { ModelStatus, UpstreamHealth } from './api.ts';

/** Looks at what generates, beside the requests that it works on. */
export interface UpstreamProbe {
  health(signal: AbortSignal): Promise<Health>;
  /** Asked only if it is ready. */
  look(signal: AbortSignal): Promise<UpstreamLook>;
  /** Counts a prompt as {@link Upstream} does. */
  countTokens(chat: ChatRequest, signal: AbortSignal): Promise<TokenCount>;
}

export interface Health {
  readonly health: UpstreamHealth;
  /** A sentence, unless it is ready. */
  readonly problem: string | undefined;
}

/** What is undefined the upstream does not say. */
export interface UpstreamLook {
  readonly version: string | undefined;
  readonly models: readonly ModelStatus[];
  readonly slots: number | undefined;
  readonly busySlots: number | undefined;
}

/** Returns a probe of an upstream that is no server, such as llama.cpp in this process. */
export function probeUpstream(upstream: Upstream): UpstreamProbe {
  return {
    health: async () => ({ health: 'ready', problem: undefined }),
    look: (signal) => lookAtModels(upstream, signal),
    countTokens: (chat, signal) => upstream.countTokens(chat, { signal, requestId: 'inspector' }),
  };
}

/** Returns what an upstream says of its models, and of the slots that go with them. */
export async function lookAtModels(upstream: Upstream, signal: AbortSignal): Promise<UpstreamLook> {
  const models = await upstream.models({ signal, requestId: 'status' });
  return {
    version: undefined,
    models: models.map(({ id, contextWindow, vision, tools, thinking }) => ({
      id,
      contextWindow,
      vision,
      tools,
      thinking,
    })),
    slots: models[0]?.slots,
    busySlots: undefined,
  };
}
