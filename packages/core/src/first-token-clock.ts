import type { ExchangeProgress, ExchangeReport } from './report.ts';

/** Knows when the first token of one exchange came, without looking at its tokens. */
export interface FirstTokenClock {
  onProgress(progress: ExchangeProgress): void;
  /** A second attempt begins. */
  reset(): void;
  /** See {@link ExchangeReport.firstTokenMs}. */
  firstTokenMs(report: ExchangeReport): number | undefined;
}

/**
 * Returns a clock that starts now. llama-server sends its first chunk before it reads the prompt, and one when it has
 * read it all, which is when it knows the first token; of others the first chunk carries the first token.
 */
export function createFirstTokenClock(): FirstTokenClock {
  const startedAt = performance.now();
  let tellsProgress = false;
  let readMs: number | undefined;
  return {
    onProgress(progress) {
      if (progress.phase !== 'prompt') return;
      tellsProgress = true;
      if (progress.processed >= progress.total) readMs ??= performance.now() - startedAt;
    },
    reset() {
      tellsProgress = false;
      readMs = undefined;
    },
    firstTokenMs: (report) => report.firstTokenMs ?? (tellsProgress ? readMs : report.firstChunkMs),
  };
}
