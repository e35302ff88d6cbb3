import { closeSync, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty, WriteStream } from 'node:tty';

/**
 * Keeps the log of llama.cpp in this process out of what the app prints. The engine has no switch for it: it writes to
 * the file descriptors 1 and 2 itself, so they are pointed at nothing, and the app's own output takes new ones.
 * On Windows, and where the output is a socket (a Node parent's pipe), that cannot be done, and the log stays.
 */
export function hideEngineLog(): void {
  if (process.platform === 'win32') return;
  const stdout = duplicate(1);
  const stderr = duplicate(2);
  if (stdout === undefined || stderr === undefined) return;
  Object.defineProperty(process, 'stdout', { value: moveStream(1, stdout), configurable: true });
  Object.defineProperty(process, 'stderr', { value: moveStream(2, stderr), configurable: true });
  globalThis.console = new console.Console(process.stdout, process.stderr);
}

/** Tried instead of asked for: after an `fstat` of a pipe, Node 20 resolves the next symbolic link wrongly. */
function duplicate(descriptor: 1 | 2): number | undefined {
  try {
    return openSync(`/dev/fd/${descriptor}`, isatty(descriptor) ? 'w' : 'a');
  } catch {
    return undefined;
  }
}

function moveStream(from: 1 | 2, to: number): Writable {
  const isTerminal = isatty(from);
  closeSync(from);
  // The lowest free number is the one that was closed.
  openSync('/dev/null', 'w');
  return isTerminal ? new WriteStream(to) : toFile(to);
}

/** Written at once, as Node writes to files and pipes too. */
function toFile(descriptor: number): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      writeSync(descriptor, chunk);
      done();
    },
  });
}
