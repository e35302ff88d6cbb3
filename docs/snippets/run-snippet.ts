import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What became of a snippet: it listens on a port, or it has run to its end. */
export type Run =
  | { readonly state: 'listening'; readonly port: number; readonly stop: () => Promise<void> }
  | { readonly state: 'ended'; readonly code: number | null; readonly output: string };

const preload = fileURLToPath(new URL('report-port.mjs', import.meta.url));

/** Runs a file as a reader would, with the packages as they are built, until it listens or ends. */
export async function runSnippet(file: string): Promise<Run> {
  const child = fork(file, {
    execArgv: ['--import', preload],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close') as Promise<[number | null]>;
  const listening = once(child, 'message') as Promise<[number]>;
  return Promise.race([
    listening.then(([port]): Run => ({ state: 'listening', port, stop: () => stop(child, ended) })),
    ended.then(([code]): Run => ({ state: 'ended', code, output })),
  ]);
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
