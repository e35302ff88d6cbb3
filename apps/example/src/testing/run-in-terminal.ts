import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Whether there is a program that gives the app a terminal: `script` of util-linux. */
export const hasTerminal =
  process.platform === 'linux' && spawnSync('script', ['--version'], { encoding: 'utf8' }).status === 0;

/** Runs the built app in a terminal, and resolves with what it has written when `pattern` is in it. */
export function runInTerminal(args: readonly string[], pattern: RegExp): Promise<string> {
  // What would tell the app that nobody looks at this terminal (`tty.WriteStream.getColorDepth`), or where its model is.
  const misleading = ['CI', 'NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'LLAMA_SERVER'];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.includes(name)));
  const command = [process.execPath, main, ...args].map((part) => `'${part}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...env, TERM: 'xterm-256color' },
  });
  onTestFinished(() => void child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (pattern.test(output)) resolve(output);
    });
    child.once('close', () => reject(new Error(`The app ended without ${pattern}:\n${output}`)));
  });
}
