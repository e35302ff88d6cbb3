/** What is shown while something takes its time. */
export interface Progress {
  /** How far it is, and what more there is to say of it. */
  percent(value: number, detail?: string): void;
  /** Something else is being done now. */
  phase(what: string): void;
  end(): void;
}

const terminalIntervalMs = 500;
/** Elsewhere, what is over before is not worth a line. */
const logIntervalMs = 15_000;
const barWidth = 24;

/**
 * Shows that something is being done, how far it is (where that is known) and for how long: one line that is
 * rewritten on a terminal, elsewhere a line now and then.
 */
export function showProgress(firstPhase: string): Progress {
  const { stderr } = process;
  let what = firstPhase;
  const startedAt = Date.now();
  let done: number | undefined;
  let more = '';
  const line = (): string => {
    const seconds = `${Math.round((Date.now() - startedAt) / 1_000)} s`;
    const parts = done === undefined ? [seconds] : [`${done} %`, ...(more === '' ? [] : [more]), seconds];
    return `${what} ... ${parts.join(', ')}`;
  };
  const write = (): void => {
    if (!stderr.isTTY) {
      stderr.write(`${line()}\n`);
      return;
    }
    const bar = done === undefined ? '' : `${toBar(done)} `;
    stderr.write(`\r${(bar + line()).slice(0, (stderr.columns || 80) - 1)}\u001B[K`);
  };
  if (stderr.isTTY) write();
  const timer = setInterval(write, stderr.isTTY ? terminalIntervalMs : logIntervalMs);
  timer.unref();
  return {
    percent(value, detail = '') {
      done = Math.floor(value);
      more = detail;
    },
    phase(next) {
      if (next === what) return;
      what = next;
      done = undefined;
      if (stderr.isTTY) write();
    },
    end() {
      clearInterval(timer);
      if (stderr.isTTY) stderr.write('\r\u001B[K');
    },
  };
}

function toBar(percent: number): string {
  const filled = Math.round((Math.min(percent, 100) / 100) * barWidth);
  return `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]`;
}
