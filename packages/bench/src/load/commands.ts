/** Where requests go, and with which body. */
export interface Target {
  readonly url: string;
  readonly body: string;
}

/** What the load generator's process can be asked. */
export interface LoadCommands {
  /** Opens streams; resolves when each has got its first token. */
  open(target: Target & { readonly streams: number }): Promise<void>;
  /** Resolves when each open stream has got its last token. */
  received(): Promise<void>;
  /** Resolves when each open stream has ended; rejects if one was cut, or ended without the end that its API has. */
  closed(): Promise<void>;
  /** Gives up all open streams; resolves when their connections are closed here. */
  abort(): Promise<void>;
  /**
   * Sends the turns of as many conversations as there are requests at the same time, see {@link toTurns}, each behind the end of the
   * last one's answer.
   */
  ask(target: Target & { readonly requests: number; readonly atOnce: number }): Promise<void>;
  /**
   * Sends as many requests to each of the servers in turn, one after another, with a pause of random length before each; resolves
   * with the milliseconds to the first event of each, by server.
   */
  firstEvents(target: {
    readonly urls: readonly string[];
    readonly body: string;
    readonly requests: number;
    readonly longestPauseMs: number;
  }): Promise<number[][]>;
  /** Resolves with a whole answer. */
  text(target: Target): Promise<string>;
}
