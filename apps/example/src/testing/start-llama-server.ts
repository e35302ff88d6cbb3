import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { demoModel } from './run-app.ts';

/**
 * Runs a real llama-server until the end of the test, and returns its URL once it is ready.
 * @param model - false for a router; else the demo model
 */
export async function startLlamaServer(
  program: string,
  args: readonly string[],
  { model = true } = {},
): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');

  // Some builds for CPUs crash when they repack rows as short as the demo model's.
  const flags = ['--port', String(port), '--no-repack', '--no-warmup', ...args];
  const server = spawn(program, [...(model ? ['--model', demoModel] : []), ...flags], { stdio: 'ignore' });
  const ended = once(server, 'close');
  onTestFinished(async () => {
    // On SIGTERM it locks a mutex that its main loop may be holding, and hangs if it generates at that moment.
    server.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  while (server.exitCode === null) {
    const response = await fetch(`${url}/health`).catch(() => undefined);
    if (response?.ok) return url;
    await delay(50);
  }
  throw new Error(`llama-server ended with exit code ${server.exitCode}`);
}
