import { MessagesError, type Upstream } from '@llama-messages/core';
import { createChunkQueue } from './chunk-queue.ts';
import { ContextLostError, loadEngine, type Engine } from './engine.ts';
import { generate } from './generation.ts';
import { resolveOptions, type EmbeddedOptions } from './options.ts';
import { createPrompt } from './prompt.ts';
import { createSlots } from './slots.ts';

/** An {@link Upstream} that can be loaded ahead of the first request. */
export interface EmbeddedUpstream extends Upstream {
  /**
   * Resolves when the model answers; later calls share the same load. Await it before `listen()`: the last part of
   * a load blocks the event loop.
   *
   * @throws Error with what to do if the engine or the model cannot be loaded; the next call tries again.
   */
  load(): Promise<void>;
  /** Stops every generation and frees the model; nothing of the engine keeps the process alive then. */
  close(): Promise<void>;
}

/**
 * Returns an upstream that runs llama.cpp inside this process. Nothing is loaded before `load()` or the first call.
 *
 * @example
 * ```ts
 * const upstream = embedded({ model: 'models/qwen3-8b-q4_k_m.gguf', contextSize: 32768 });
 * await upstream.load();
 * app.use(llamaMessages({ upstream }));
 * ```
 * @throws TypeError for an option that cannot work.
 */
export function embedded(options: EmbeddedOptions): EmbeddedUpstream {
  const resolved = resolveOptions(options);
  const slots = createSlots(resolved.slots);
  const closing = new AbortController();
  /** What must end before the native context may be freed. */
  const running = new Set<Promise<unknown>>();
  let loading: Promise<Engine> | undefined;

  function untilDone<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => {},
      () => {},
    );
    running.add(settled);
    void settled.then(() => running.delete(settled));
    return work;
  }

  async function load(): Promise<Engine> {
    closing.signal.throwIfAborted();
    const current = (loading ??= loadEngine(resolved, closing.signal));
    const engine = await current.catch((error: unknown) => {
      if (loading === current) loading = undefined;
      throw error;
    });
    if (engine.usable) return engine;
    // It cannot be released either.
    if (loading === current) loading = undefined;
    return load();
  }

  return {
    name: 'llama.cpp in process',
    traits: {
      echoesPrefill: false,
      schemaExcludesTools: true,
      reportsProgress: true,
      compilesSchemas: true,
    },

    async load() {
      await load();
    },

    async stream(request, call) {
      const leaving = new AbortController();
      const signal = AbortSignal.any([call.signal, closing.signal, leaving.signal]);
      const engine = await unlessAborted(load(), signal);
      const prompt = await unlessAborted(untilDone(createPrompt(engine.context, request)), signal);
      const { contextWindow } = engine.model;
      // One token must be left for the answer.
      if (prompt.tokens.length >= contextWindow) {
        throw new MessagesError(
          'invalid_request_error',
          `prompt is too long: ${prompt.tokens.length} tokens > ${contextWindow} maximum`,
        );
      }
      const queue = createChunkQueue(() => leaving.abort());
      const onAbort = (): void => queue.fail(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });

      async function run(): Promise<void> {
        const release = await slots.acquire(signal);
        try {
          await generate(await load(), prompt, request, signal, queue.push).catch(async (error: unknown) => {
            if (!(error instanceof ContextLostError)) throw error;
            await generate(await load(), prompt, request, signal, queue.push);
          });
          queue.end();
        } finally {
          release();
        }
      }
      untilDone(run())
        .catch((error: unknown) => queue.fail(error))
        .finally(() => signal.removeEventListener('abort', onAbort));
      return queue;
    },

    async countTokens(request, call) {
      const engine = await unlessAborted(load(), call.signal);
      const { tokens } = await untilDone(createPrompt(engine.context, request));
      return { tokens: tokens.length, exact: true };
    },

    async models(call) {
      return [(await unlessAborted(load(), call.signal)).model];
    },

    async close() {
      closing.abort(new MessagesError('overloaded_error', 'The model is shutting down.'));
      const engine = await loading?.catch(() => undefined);
      await Promise.all(running);
      loading = undefined;
      if (engine?.usable === true) await engine.release();
    },
  };
}

/** Waits no longer than the signal allows; what was begun goes on for others. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
