import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Upstream } from '@llama-messages/core';
import { embedded } from '@llama-messages/embedded';

/** Path of the model that comes with the repository; its card says what it can do. */
const demoModelPath = fileURLToPath(
  new URL('../../../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url),
);

/** A real llama.cpp with the demo model. */
export interface Engine {
  readonly upstream: string | Upstream;
  close(): Promise<void>;
}

/** Loads the demo model into this process. */
export async function startEmbedded(): Promise<Engine> {
  const upstream = embedded({ model: demoModelPath, contextSize: 4096 });
  return { upstream, close: async () => upstream.close() };
}

/** Starts a llama-server with the demo model on a free port and waits until it answers. */
export async function startLlamaServer(executable: string): Promise<Engine> {
  const port = await freePort();
  const args = ['-m', demoModelPath, '--port', String(port), '--jinja', '--slots', '-np', '2', '-c', '8192'];
  // Repacked weights crash llama.cpp on some virtual machines.
  const child = spawn(executable, [...args, '--no-repack', '--no-warmup'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = `http://127.0.0.1:${port}`;
  await healthy(child, url);
  return {
    upstream: url,
    close: async () => {
      const exit = once(child, 'exit');
      // On SIGTERM it locks a mutex that its main loop may be holding, and hangs if it generates at that moment.
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Polls, for the server has no other way to say that it is ready. */
async function healthy(child: ChildProcess, url: string): Promise<void> {
  let log = '';
  child.stderr?.on('data', (text: Buffer) => {
    log = (log + text.toString()).slice(-2_000);
  });
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const status = await fetch(`${url}/health`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  child.kill();
  throw new Error(`llama-server did not become ready:\n${log}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
