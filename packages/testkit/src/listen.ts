import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { AdapterServer } from './case-runner.ts';

/** Starts a Node server on a free port of the loopback interface; `beforeClose` runs before it is closed. */
export async function listen(server: Server, beforeClose?: () => Promise<unknown>): Promise<AdapterServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await beforeClose?.();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
