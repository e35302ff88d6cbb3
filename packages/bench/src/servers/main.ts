/**
 * The process of a server that is measured: `main.js NAME UPSTREAM CHECKOUT`.
 *
 * @packageDocumentation
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerCommands } from '../processes/commands.ts';
import { loadServer } from './load-server.ts';
import type { ServerCommands } from './serve.ts';

const [name = '', upstream = '', checkout = ''] = process.argv.slice(2);
const serve = await loadServer(name, checkout);
const url = await serve(upstream);

answerCommands<ServerCommands>({
  url: () => url,
  cpuTime() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  async memory() {
    // What a garbage collection finalizes is only free after the next.
    for (let times = 0; times < 3; times += 1) {
      globalThis.gc?.();
      await sleep(100);
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    return { resident: rss, heap: heapUsed + external };
  },
});
