/** Starts a server in front of the model server at `upstream`; resolves with its own URL, without a slash at the end. */
export type Serve = (upstream: string) => Promise<string>;

/** What the process of a server can be asked. */
export interface ServerCommands {
  url(): string;
  /** Microseconds of CPU time, user and system, of this process since its start. */
  cpuTime(): number;
  /** Bytes that the operating system holds for this process, after a garbage collection if the process may ask for one. */
  residentSize(): Promise<number>;
}
