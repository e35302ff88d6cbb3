/** What the process of the reference can be asked. */
export interface ReferenceCommands {
  /** Returns the microseconds of CPU time, user and system, that it takes once. */
  parseAndStringify(work: { readonly body: string; readonly times: number }): number;
}
