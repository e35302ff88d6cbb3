import type { ExchangeProgress, ExchangeReport } from './report.ts';

/**
 * Knows when the first token of one exchange came, without looking at its tokens. llama-server sends its first chunk before it
 * reads the prompt, and one when it has read it all, which is when it knows the first token; of others the first chunk
 * carries the first token.
 */
export class FirstTokenClock {
  private tellsProgress = false;
  private readAt: number | undefined;

  onProgress(progress: ExchangeProgress): void {
    if (progress.phase !== 'prompt') return;
    this.tellsProgress = true;
    if (progress.processed >= progress.total) this.readAt ??= performance.now();
  }

  /** A second attempt begins. */
  reset(): void {
    this.tellsProgress = false;
    this.readAt = undefined;
  }

  /** See {@link ExchangeReport.firstTokenMs}; to be asked when the exchange is just over. */
  firstTokenMs(report: ExchangeReport): number | undefined {
    return report.firstTokenMs ?? (this.tellsProgress ? this.sinceRequest(report) : report.firstChunkMs);
  }

  private sinceRequest({ durationMs }: ExchangeReport): number | undefined {
    // Counted from the end, for the beginning is the report's to know.
    return this.readAt === undefined
      ? undefined
      : Math.max(0, durationMs - (performance.now() - this.readAt));
  }
}
