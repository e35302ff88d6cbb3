import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { listen } from './listen.ts';

/** A real llama-server with the demo model of this repository. */
export interface RealLlamaServer {
  readonly url: string;
  /** Resolves with the microseconds of CPU time of its process so far, as exact as the operating system tells them. */
  cpuTime(): Promise<number>;
  stop(): Promise<void>;
}

const model = fileURLToPath(new URL('../../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url));
/** Far beyond what the model was trained for; what it writes does not matter here. */
const contextWindow = 65_536;

/**
 * Starts the llama-server that `LLAMA_SERVER` names; resolves when it has loaded its model.
 *
 * @throws Error if it ends before
 */
export async function startLlamaServer(binary: string): Promise<RealLlamaServer> {
  const unused = await listen(createServer());
  unused.close();
  const { port } = new URL(unused.url);
  // One thread: several spin while they wait for one another, and that would be counted.
  const options = ['-t', '1', '-np', '1', '-c', `${contextWindow}`, '--jinja', '--port', port, '-m', model];
  const child = spawn(binary, [...options, '--override-kv', `llama.context_length=int:${contextWindow}`], {
    stdio: 'ignore',
  });
  const gone = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  while (!(await isHealthy(url))) {
    if (child.exitCode !== null)
      throw new Error(`${binary} ended with ${child.exitCode} before it was ready`);
    await sleep(100);
  }
  return {
    url,
    cpuTime: () => cpuTimeOf(child.pid ?? 0),
    async stop() {
      // On SIGTERM it locks a mutex that its main loop may be holding, and hangs if it generates at that moment.
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
}

async function cpuTimeOf(pid: number): Promise<number> {
  const stat = `/proc/${pid}/stat`;
  if (existsSync(stat)) {
    // The fields behind the name, which may hold anything, in hundredths of a second.
    const fields = readFileSync(stat, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'time=', '-p', String(pid)]);
  return (
    stdout
      .trim()
      .split(':')
      .reduce((seconds, part) => seconds * 60 + Number(part), 0) * 1_000_000
  );
}
