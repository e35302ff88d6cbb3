/** What the clients of a soak got. */
export interface SoakTotals {
  /** Answers that were read to their end. */
  complete: number;
  /** Given up by the client. */
  aborted: number;
  /** Reset by the upstream, and told so. */
  cut: number;
  /** Answered with an error status. */
  refused: number;
  tokens: number;
  lost: number;
  duplicated: number;
}

/** What the process of the clients can be asked. */
export interface SoakCommands {
  start(target: { readonly url: string; readonly streams: number }): void;
  totals(): SoakTotals & { readonly open: number };
  /** Resolves when the last client is done. */
  finish(): Promise<SoakTotals>;
}
