/**
 * The process of a server that is measured: `main.js NAME UPSTREAM CHECKOUT`.
 *
 * @packageDocumentation
 */
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
  residentSize() {
    globalThis.gc?.();
    return process.memoryUsage.rss();
  },
});
