import { fileURLToPath } from 'node:url';
import type { LoadCommands } from './load/commands.ts';
import type { ReferenceCommands } from './reference/commands.ts';
import { type BenchProcess, startProcess } from './processes/child-process.ts';
import type { ServerCommands } from './servers/serve.ts';
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
  /** Starts a server of this label in a process of its own. */
  startServer(label: string, nodeOptions?: readonly string[]): Promise<MeasuredServer>;
  stop(): Promise<void>;
}

/** The checkout that this file is in. */
const ownCheckout = fileURLToPath(new URL('../../../', import.meta.url));

export interface StageOptions {
  /** Whose packages are measured. @defaultValue this one's */
  readonly checkout?: string | undefined;
  /** A folder for a CPU profile of each server. */
  readonly profiles?: string | undefined;
}

/** Starts the upstream and the load generator. */
export async function setStage({ checkout = ownCheckout, profiles }: StageOptions): Promise<Stage> {
  const [upstream, load, reference] = await Promise.all([
    startProcess<UpstreamCommands>('upstream/main.js'),
    startProcess<LoadCommands>('load/main.js'),
    startProcess<ReferenceCommands>('reference/main.js'),
  ]);
  const upstreamUrl = await upstream.ask('url');
  const servers: MeasuredServer[] = [];
  return {
    upstream,
    upstreamUrl,
    load,
    reference,
    async startServer(label, nodeOptions = []) {
      const [name = '', of] = label.split('@');
      const profile = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
      if (profiles !== undefined) profile.push(`--cpu-prof-name=${label.replaceAll(/\W+/g, '-')}.cpuprofile`);
      const process = await startProcess<ServerCommands>('servers/main.js', {
        args: [name, upstreamUrl, of ?? checkout],
        nodeOptions: [...nodeOptions, ...profile],
      });
      const server = { label, url: await process.ask('url'), process };
      servers.push(server);
      return server;
    },
    async stop() {
      await Promise.all(servers.map((server) => server.process.stop()));
      await Promise.all([upstream.stop(), load.stop(), reference.stop()]);
    },
  };
}
