import type { ChatChunk } from '@llama-messages/core';

/** Chunks on their way from the engine's callbacks to one reader. */
export interface ChunkQueue extends AsyncIterable<readonly ChatChunk[]> {
  push(...chunks: ChatChunk[]): void;
  end(): void;
  fail(error: unknown): void;
}

/**
 * Returns an empty queue. The reader gets everything that is there in one array, so that a slow reader pays once
 * for many tokens; it holds at most one answer. `onLeave` runs when the reader leaves before the end.
 */
export function createChunkQueue(onLeave: () => void): ChunkQueue {
  type Result = IteratorResult<readonly ChatChunk[], undefined>;
  let pending: ChatChunk[] = [];
  let outcome: { error?: unknown; failed: boolean } | undefined;
  let reader: { resolve(result: Result): void; reject(error: unknown): void } | undefined;

  function wake(): void {
    if (reader === undefined) return;
    const { resolve, reject } = reader;
    if (pending.length > 0) {
      const value = pending;
      pending = [];
      resolve({ value, done: false });
    } else if (outcome === undefined) {
      return;
    } else if (outcome.failed) {
      reject(outcome.error);
      outcome = { failed: false };
    } else {
      resolve({ value: undefined, done: true });
    }
    reader = undefined;
  }

  return {
    push(...chunks) {
      if (outcome !== undefined) return;
      pending.push(...chunks);
      wake();
    },
    end() {
      outcome ??= { failed: false };
      wake();
    },
    fail(error) {
      if (outcome !== undefined) return;
      // Nobody waits for the text of an answer that failed.
      pending = [];
      outcome = { error, failed: true };
      wake();
    },
    [Symbol.asyncIterator]() {
      return {
        next: () =>
          new Promise<Result>((resolve, reject) => {
            reader = { resolve, reject };
            wake();
          }),
        return: () => {
          if (outcome === undefined) onLeave();
          outcome = { failed: false };
          pending = [];
          return Promise.resolve({ value: undefined, done: true as const });
        },
      };
    },
  };
}
