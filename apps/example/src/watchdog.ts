// Runs a program for as long as the process that started this one lives: its end, even by SIGKILL, closes our
// standard input, and then the program is ended too. So no llama-server keeps a GPU that nobody uses.
import { spawn } from 'node:child_process';

const killAfterMs = 5_000;
const [, , command = '', ...args] = process.argv;

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

function end(): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), killAfterMs).unref();
}

process.stdin.resume().once('close', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
// Nobody may be left to read what we write.
process.stderr.on('error', () => {});

child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.once('exit', (code, signal) => {
  if (signal !== null) process.stderr.write(`ended by ${signal}\n`);
  process.exit(code ?? 1);
});
