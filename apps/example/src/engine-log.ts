import { closeSync, openSync } from 'node:fs';
import { WriteStream } from 'node:tty';

/**
 * Keeps the log of llama.cpp in this process off the terminal. The engine has no switch for it: it writes to the
 * file descriptors 1 and 2 itself, so they are pointed at nothing, and what this app prints takes new ones.
 * Where the output is no terminal, or on Windows, the log stays: it is to be found in that file, or does no harm.
 */
export function hideEngineLog(): void {
  if (process.platform === 'win32' || !process.stdout.isTTY || !process.stderr.isTTY) return;
  const stdout = moveStream(1);
  const stderr = moveStream(2);
  Object.defineProperty(process, 'stdout', { value: stdout, configurable: true });
  Object.defineProperty(process, 'stderr', { value: stderr, configurable: true });
  globalThis.console = new console.Console(stdout, stderr);
}

function moveStream(descriptor: 1 | 2): WriteStream {
  const stream = new WriteStream(openSync(`/dev/fd/${descriptor}`, 'w'));
  closeSync(descriptor);
  // The lowest free number is the one that was closed.
  openSync('/dev/null', 'w');
  return stream;
}
