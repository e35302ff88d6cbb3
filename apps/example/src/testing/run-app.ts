import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const demoModel = fileURLToPath(
  new URL('../../../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url),
);
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface RunningApp {
  readonly child: ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Resolves to the first match of `pattern` in what it prints; rejects if it ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves to the exit code; null after SIGKILL. */
  readonly exit: Promise<number | null>;
}

/** Runs the built app, as `npm start` does, until the end of the test. There is no llama-server on its PATH. */
export function runApp(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningApp {
  const { LLAMA_SERVER: _unset, ...rest } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...rest, PATH: '', ...env },
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      child.emit('output');
    });
  }
  return {
    child,
    output: () => output,
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match) return match;
        const ended = await Promise.race([once(child, 'output').then(() => false), exit.then(() => true)]);
        if (ended && !pattern.test(output)) throw new Error(`The app ended without ${pattern}:\n${output}`);
      }
    },
    exit,
  };
}

/** Resolves to the app's URL once it has printed its ready line. */
export async function readyUrl(app: RunningApp): Promise<string> {
  const [, url = ''] = await app.printed(/^llama-messages ready on (\S+) \(.+\)$/m);
  return url;
}
