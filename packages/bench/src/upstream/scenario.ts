/** How the upstream answers the requests that come from now on. */
export type Scenario =
  /** The first token at once, then nothing until {@link UpstreamCommands.stream} and {@link UpstreamCommands.finish}. */
  | { readonly kind: 'held' }
  /** One token, at once. */
  | { readonly kind: 'one-token' }
  /** One token, after a prompt that takes `ms` to read, with llama-server's events of progress if the request asks for them. */
  | { readonly kind: 'slow-prompt'; readonly ms: number }
  /** Numbered tokens, and now and then a reset. */
  | { readonly kind: 'numbered' };

/** What is sent to every held answer. */
export interface TokenRun {
  readonly tokens: number;
  /** One token to every answer each time, as llama-server decodes them; 0 for as fast as the connection takes them. */
  readonly intervalMs: number;
}

/** What the upstream's process can be asked. */
export interface UpstreamCommands {
  url(): string;
  scenario(scenario: Scenario): void;
  /** Starts to send tokens to the answers that are held now, until they have all, are finished or given up; the last is marked. */
  stream(run: TokenRun): void;
  /** Ends every held answer as llama-server does. */
  finish(): void;
  /** Answers that are neither ended nor given up. */
  open(): number;
  /** Answers that were closed before their end, so far, but for those that the upstream reset itself. */
  givenUp(): number;
  /** Answers that the upstream reset, so far. */
  resets(): number;
}
