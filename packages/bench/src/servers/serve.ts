/** Starts a server in front of the model server at `upstream`; resolves with its own URL, without a slash at the end. */
export type Serve = (upstream: string) => Promise<string>;

/** What the process of a server can be asked. */
export interface ServerCommands {
  url(): string;
  /** Microseconds of CPU time, user and system, of this process since its start. */
  cpuTime(): number;
  /** Memory after garbage collections, if the process may ask for them (`--expose-gc`). */
  memory(): Promise<ServerMemory>;
}

/** In bytes. */
export interface ServerMemory {
  /** What the operating system holds for the process. */
  readonly resident: number;
  /** What is reachable from JavaScript, buffers included. */
  readonly heap: number;
}
