/** What goes to a process. */
export interface Question {
  readonly id: number;
  readonly command: string;
  readonly argument: unknown;
}

/** What comes back. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/**
 * Answers what the parent process asks, from now on; ends this process when the parent is done with it or gone.
 * The parent waits for this before it asks anything.
 */
export function answerCommands<Commands extends object>(commands: Commands): void {
  const known = commands as Record<string, ((argument: unknown) => unknown) | undefined>;
  process.on('message', async ({ id, command, argument }: Question) => {
    let answer: Answer;
    try {
      answer = { id, value: command === 'ready' ? undefined : await known[command]?.(argument) };
    } catch (error) {
      answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    // Nobody is left to be told that nobody is left.
    process.send?.(answer, undefined, undefined, () => undefined);
  });
  process.on('disconnect', () => process.exit());
}
