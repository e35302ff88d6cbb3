import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer } from './commands.ts';

/** A process of the benchmark, and what it can be asked: the methods of `Commands`, of one argument at most. */
export interface BenchProcess<Commands extends object> {
  /** Resolves with what the process answered; rejects with what it threw, or when it ends. */
  ask<Name extends keyof Commands & string>(
    name: Name,
    ...argument: CommandOf<Commands[Name]>['argument']
  ): Promise<CommandOf<Commands[Name]>['answer']>;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

type CommandOf<Method> = Method extends (...argument: infer Argument) => infer Answer
  ? { argument: Argument; answer: Awaited<Answer> }
  : never;

export interface ProcessOptions {
  /** Of the command line, for the process to read. */
  readonly args?: readonly string[];
  /** For Node, such as `--expose-gc`. */
  readonly nodeOptions?: readonly string[];
}

/**
 * Starts `file` (`./upstream/main.js`, from this folder's parent) in a process of its own, as a user would run it:
 * `NODE_ENV=production`, plain Node; resolves when it is ready to be asked.
 */
export async function startProcess<Commands extends object>(
  file: string,
  { args = [], nodeOptions = [] }: ProcessOptions = {},
): Promise<BenchProcess<Commands>> {
  const child = fork(fileURLToPath(new URL(`../${file}`, import.meta.url)), args, {
    execArgv: [...nodeOptions],
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const name = [file, ...args].join(' ');
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let asked = 0;
  child.on('message', (answer: Answer) => {
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.error === undefined) asker?.resolve(answer.value);
    else asker?.reject(new Error(`${name}: ${answer.error}`));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) {
      reject(new Error(`${name} ended (${code ?? signal ?? ''}) while it was asked something`));
    }
    waiting.clear();
  });
  const ask = (command: string, argument?: unknown) =>
    new Promise<never>((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve: resolve as (value: unknown) => void, reject });
      child.send({ id: asked, command, argument });
    });
  await ask('ready');
  return { ask: (command, argument?: unknown) => ask(command, argument), stop: () => stop(child) };
}

/** Not by a signal: a profile (`--cpu-prof`) is only written by a process that ends by itself. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}
