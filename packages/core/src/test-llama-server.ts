import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const model = fileURLToPath(new URL('../../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url));

/** Starts a real llama-server with one slot and the demo model on a free port, for tests, and waits until it answers. */
export async function startLlamaServer(
  executable: string,
  args: readonly string[],
): Promise<{ server: ChildProcess; base: string }> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  // Repacked weights crash on some virtual machines; they only make a difference in speed.
  const flags = ['--jinja', '--no-repack', '--no-warmup', '-np', '1', ...args];
  const server = spawn(executable, ['-m', model, '--port', String(port), ...flags], { stdio: 'ignore' });
  await ready(server, base);
  return { server, base };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** llama-server says on no stream that it is ready in a way that is stable between builds, so its health is asked for. */
async function ready(server: ChildProcess, base: string): Promise<void> {
  while (server.exitCode === null && server.signalCode === null) {
    const response = await fetch(`${base}/health`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(50);
  }
  throw new Error(`llama-server ended with ${String(server.exitCode ?? server.signalCode)}`);
}
