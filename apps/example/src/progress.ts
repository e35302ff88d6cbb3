/** What is shown while something takes its time. */
export interface Progress {
  percent(value: number): void;
  end(): void;
}

/**
 * Shows that something is being done, how far it is (where that is known) and for how long: one line that is
 * rewritten each second on a terminal, elsewhere one line every ten seconds.
 */
export function showProgress(what: string): Progress {
  const { stderr } = process;
  const startedAt = Date.now();
  let done: number | undefined;
  const line = (): string => {
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    return `${what} ... ${done === undefined ? '' : `${done} %, `}${seconds} s`;
  };
  const write = (): boolean => stderr.write(stderr.isTTY ? `\r${line()}` : `${line()}\n`);
  write();
  const timer = setInterval(write, stderr.isTTY ? 1_000 : 10_000);
  return {
    percent(value) {
      done = value;
    },
    end() {
      clearInterval(timer);
      if (stderr.isTTY) stderr.write('\r\u001B[K');
    },
  };
}
