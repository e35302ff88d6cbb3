import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.ts';
import type { ModelOptions } from './options.ts';
import { showProgress } from './progress.ts';

export interface LlamaServerOptions extends ModelOptions {
  /** The program. */
  readonly command: string;
  /** The model's name for clients. */
  readonly name: string;
  /** Shows llama-server's log. */
  readonly verbose: boolean;
  /** Ends the start, and llama-server with it. */
  readonly signal: AbortSignal;
}

/** A llama-server that is started again whenever it ends. */
export interface LlamaServer {
  readonly url: string;
  /** It listens on loopback only, but a web page could reach that too: its CORS lets every origin in. */
  readonly apiKey: string;
  close(): Promise<void>;
}

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
/** One that lived this long was sound: when it ends, the delays begin anew. */
const soundAfterMs = 60_000;
const healthIntervalMs = 200;
const keptLogLines = 15;

/**
 * Starts llama-server with a model on a free port, and resolves when the model is loaded. From then on it is
 * started again, on the same port, each time it ends.
 * @throws Failure with the end of its log if it ends before the model is loaded
 */
export async function startLlamaServer(options: LlamaServerOptions): Promise<LlamaServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const apiKey = randomBytes(24).toString('base64url');
  const stopped = new AbortController();
  const start = (): Run => run(options, port, apiKey);

  let current = start();
  const stop = async (): Promise<void> => {
    stopped.abort();
    await current.close();
  };
  options.signal.addEventListener('abort', stop);
  const end = await loaded(current, url, options.name, stopped.signal);
  if (end !== undefined) {
    throw new Failure(
      `llama-server could not run ${options.file} (${end}). The end of its log:\n${current.lastLines().join('\n')}`,
    );
  }

  void (async () => {
    let delayMs = firstDelayMs;
    let startedAt = Date.now();
    while (!stopped.signal.aborted) {
      const reason = await current.ended;
      if (stopped.signal.aborted) return;
      if (Date.now() - startedAt > soundAfterMs) delayMs = firstDelayMs;
      const lastLine = current.lastLines().at(-1) ?? 'no log';
      console.error(`llama-server ended (${reason}: ${lastLine}); starting it again in ${delayMs / 1_000} s`);
      await delay(delayMs, undefined, { signal: stopped.signal }).catch(() => {});
      if (stopped.signal.aborted) return;
      delayMs = Math.min(delayMs * 2, longestDelayMs);
      startedAt = Date.now();
      current = start();
      if ((await loaded(current, url, options.name, stopped.signal)) === undefined) {
        console.error('llama-server is back');
      }
    }
  })();

  return { url, apiKey, close: stop };
}

/** One life of llama-server. */
interface Run {
  /** Resolves to how it ended; never rejects. */
  readonly ended: Promise<string>;
  lastLines(): readonly string[];
  close(): Promise<void>;
}

function run(options: LlamaServerOptions, port: number, apiKey: string): Run {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('watchdog.js', import.meta.url)), options.command, ...toArguments(options, port)],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches the whole group of a terminal, but open answers are to be finished first.
      detached: true,
      // Not an argument, which everybody on the machine could read.
      env: { ...process.env, LLAMA_API_KEY: apiKey },
    },
  );
  const lines = keepLines(child, options.verbose);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  child.stdin?.on('error', () => {});
  return {
    ended,
    lastLines: () => lines,
    async close() {
      child.stdin?.end();
      await ended;
    },
  };
}

function toArguments(options: LlamaServerOptions, port: number): string[] {
  const { file, name, gpuLayers, contextSize, parallel } = options;
  const settings = ['--model', file, '--alias', name, '--host', '127.0.0.1', '--port', String(port)];
  settings.push('--jinja', '--slots', '--metrics', '--gpu-layers', gpuLayers);
  if (contextSize !== undefined) settings.push('--ctx-size', String(contextSize));
  if (parallel !== undefined) settings.push('--parallel', String(parallel));
  return settings;
}

/** Resolves to undefined when the model is loaded, or to how llama-server ended before that. */
async function loaded(
  current: Run,
  url: string,
  name: string,
  stopped: AbortSignal,
): Promise<string | undefined> {
  const progress = showProgress(`Starting llama-server for ${name}`);
  try {
    while (!stopped.aborted) {
      progress.phase(toPhase(current.lastLines(), name));
      if (await isHealthy(url)) return undefined;
      const end = await Promise.race([current.ended, delay(healthIntervalMs, undefined)]);
      if (end !== undefined) return end;
    }
    return 'stopped';
  } finally {
    progress.end();
  }
}

/** Its log is all that llama-server tells while it loads: how far it is, it tells a router only. */
function toPhase(lines: readonly string[], name: string): string {
  if (lines.some((line) => line.includes('warming up the model')))
    return `Warming up ${name} in llama-server`;
  if (lines.some((line) => line.includes('loading model'))) return `Loading ${name} in llama-server`;
  return `Starting llama-server for ${name}`;
}

/** llama-server answers 503 here until the model is loaded. */
async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function keepLines(child: ChildProcess, isShown: boolean): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (isShown) console.error(`[llama-server] ${line}`);
      lines.push(line);
      if (lines.length > keptLogLines) lines.shift();
    });
  }
  return lines;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
