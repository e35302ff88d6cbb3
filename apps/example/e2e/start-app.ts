import {
  createScriptedLlamaServer,
  type ScriptedLlamaServer,
  type ScriptedServerOptions,
} from '@llama-messages/testkit';
import { onTestFinished } from 'vitest';
import { readyUrl, runApp } from '../src/testing/run-app.ts';

/** Starts the app with these options on a free port, until the end of the test; resolves to its address. */
export function startApp(...args: readonly string[]): Promise<string> {
  return readyUrl(runApp(['--port', '0', ...args]));
}

/** Starts a llama-server that says what the test wants, until the end of the test. */
export async function startUpstream(options?: ScriptedServerOptions): Promise<ScriptedLlamaServer> {
  const server = await createScriptedLlamaServer(options);
  onTestFinished(() => server.close());
  return server;
}
