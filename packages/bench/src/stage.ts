import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAnswerText } from './answer-text.ts';
import { shortBody } from './bodies.ts';
import type { LoadCommands } from './load/commands.ts';
import { type BenchProcess, startProcess } from './processes/child-process.ts';
import type { ReferenceCommands } from './reference/commands.ts';
import { toName } from './servers/names.ts';
import type { ServerCommands } from './servers/serve.ts';
import { marks } from './upstream/pieces.ts';
import type { UpstreamCommands } from './upstream/scenario.ts';

/** A server that is measured. */
export interface MeasuredServer {
  /** As given: `node`, or `node@PATH` for the packages of another checkout. */
  readonly label: string;
  readonly url: string;
  readonly process: BenchProcess<ServerCommands>;
}

/** What a run measures with. */
export interface Stage {
  readonly upstream: BenchProcess<UpstreamCommands>;
  readonly upstreamUrl: string;
  readonly load: BenchProcess<LoadCommands>;
  readonly reference: BenchProcess<ReferenceCommands>;
  /** Resolves with the servers of these labels, which run on: started now, or for an earlier row. */
  servers(labels: readonly string[]): Promise<MeasuredServer[]>;
  /** Stops these. */
  stopServers(): Promise<void>;
  /** Starts a server in a process of its own, for the caller to stop. */
  startServer(label: string, nodeOptions?: readonly string[]): Promise<MeasuredServer>;
  stop(): Promise<void>;
}

/** Returns a path of the command line: pnpm runs scripts in their package's folder, and says where it was called. */
export function toPath(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', path);
}

/** The checkout that this file is in. */
export const ownCheckout = fileURLToPath(new URL('../../../', import.meta.url));

export interface StageOptions {
  /** Whose packages are measured. */
  readonly checkout: string;
  /** A folder for a CPU profile of each server, numbered as they are started: some rows start servers of their own. */
  readonly profiles?: string | undefined;
}

/** Starts the upstream, the load generator and the reference. */
export async function setStage({ checkout, profiles }: StageOptions): Promise<Stage> {
  const [upstream, load, reference] = await Promise.all([
    startProcess<UpstreamCommands>('upstream/main.js'),
    startProcess<LoadCommands>('load/main.js'),
    startProcess<ReferenceCommands>('reference/main.js'),
  ]);
  const upstreamUrl = await upstream.ask('url');
  const running = new Map<string, MeasuredServer>();
  let started = 0;

  async function startServer(label: string, nodeOptions: readonly string[] = []): Promise<MeasuredServer> {
    const name = toName(label);
    const other = label.slice(name.length + 1);
    const of = other === '' ? checkout : toPath(other);
    started += 1;
    const process = await startProcess<ServerCommands>('servers/main.js', {
      args: [name, upstreamUrl, of],
      nodeOptions: [...nodeOptions, ...profileOptions(`${started}-${label}`, profiles)],
    });
    const server = { label, url: await process.ask('url'), process };
    try {
      await check(server);
    } catch (error) {
      await process.stop();
      throw error;
    }
    return server;
  }

  /** A server that drops something is cheap: its answer has to be the upstream's. */
  async function check({ label, url }: MeasuredServer): Promise<void> {
    await upstream.ask('scenario', { kind: 'one-token' });
    const text = readAnswerText(await load.ask('text', { url, body: shortBody }));
    if (text === marks.first) return;
    throw new Error(`${label} answered ${JSON.stringify(text)}, the upstream ${JSON.stringify(marks.first)}`);
  }

  async function stopServers(): Promise<void> {
    const servers = [...running.values()];
    running.clear();
    await Promise.all(servers.map((server) => server.process.stop()));
  }

  return {
    upstream,
    upstreamUrl,
    load,
    reference,
    startServer,
    async servers(labels) {
      const servers: MeasuredServer[] = [];
      for (const label of labels) {
        const server = running.get(label) ?? (await startServer(label));
        running.set(label, server);
        servers.push(server);
      }
      return servers;
    },
    stopServers,
    async stop() {
      await stopServers();
      await Promise.all([upstream.stop(), load.stop(), reference.stop()]);
    },
  };
}

function profileOptions(name: string, folder: string | undefined): string[] {
  if (folder === undefined) return [];
  const file = `${name.replaceAll(/\W+/g, '-')}.cpuprofile`;
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}`];
}
