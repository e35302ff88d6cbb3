import type { ExchangeProgress, ExchangeReport } from './report.ts';

/** Knows when the first token of one exchange came, without looking at its tokens. */
export interface FirstTokenClock {
  onProgress(progress: ExchangeProgress): void;
  /** A second attempt begins. */
  reset(): void;
  /** See {@link ExchangeReport.firstTokenMs}; to be asked when the exchange is just over. */
  firstTokenMs(report: ExchangeReport): number | undefined;
}

/**
 * Returns a clock for one exchange. llama-server sends its first chunk before it reads the prompt, and one when it has
 * read it all, which is when it knows the first token; of others the first chunk carries the first token.
 */
export function createFirstTokenClock(): FirstTokenClock {
  let tellsProgress = false;
  let readAt: number | undefined;

  function sinceRequest({ durationMs }: ExchangeReport): number | undefined {
    // Counted from the end, for the beginning is the report's to know.
    return readAt === undefined ? undefined : Math.max(0, durationMs - (performance.now() - readAt));
  }

  return {
    onProgress(progress) {
      if (progress.phase !== 'prompt') return;
      tellsProgress = true;
      if (progress.processed >= progress.total) readAt ??= performance.now();
    },
    reset() {
      tellsProgress = false;
      readAt = undefined;
    },
    firstTokenMs: (report) =>
      report.firstTokenMs ?? (tellsProgress ? sinceRequest(report) : report.firstChunkMs),
  };
}
