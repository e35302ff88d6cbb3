import { setTimeout as delay } from 'node:timers/promises';
import type { Served } from './serve.ts';

const drainMs = 5_000;
const releaseMs = 5_000;
/** One Ctrl-C comes twice under npm: from the terminal, and handed on by npm. */
const sameKeyPressMs = 500;
const noteMs = 200;

/**
 * Calls `onStop` at the first Ctrl-C (or SIGTERM, or when the terminal is closed); a second one ends the process
 * at once. Both exit with 0, since it is what the user wanted.
 */
export function onStopSignal(onStop: () => void): void {
  let stoppedAt: number | undefined;
  const handle = (): void => {
    if (stoppedAt === undefined) {
      stoppedAt = Date.now();
      onStop();
    } else if (Date.now() - stoppedAt > sameKeyPressMs) process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
}

/**
 * Stops listening, lets the open requests finish for a few seconds, cuts those that have not, and then frees
 * what generates. Never takes longer than both time limits.
 */
export async function shutDown(served: Served | undefined, release: () => Promise<void>): Promise<void> {
  if (served) await drain(served);
  await Promise.race([release(), delay(releaseMs)]);
}

async function drain({ server, close }: Served): Promise<void> {
  const closed = Promise.resolve(close()).catch(() => {});
  // A connection that becomes idle while the server closes would be kept for its keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const note = setTimeout(() => {
    console.error('Finishing the open requests; Ctrl-C again cuts them.');
  }, noteMs);
  const isOver = await Promise.race([closed.then(() => true), delay(drainMs, false)]);
  clearInterval(idle);
  clearTimeout(note);
  if (isOver) return;
  console.error(`Requests that are still open after ${drainMs / 1_000} s are cut.`);
  server.closeAllConnections();
}
