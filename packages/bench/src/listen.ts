import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of this process. */
export interface LocalServer {
  /** Without a slash at its end. */
  readonly url: string;
  close(): void;
}

/** Starts `server` on a free port of the loopback interface. */
export async function listen(server: Server): Promise<LocalServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
