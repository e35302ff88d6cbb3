import type { Server } from 'node:http';
import type { MessagesOptions } from '@llama-messages/core';

/** What `serve` of each framework's file gets: the options of llama-messages, and where to listen. */
export interface ServeOptions extends MessagesOptions {
  readonly host: string;
  readonly port: number;
}

export interface Served {
  /** Node's server below the framework. */
  readonly server: Server;
  /** Stops listening, and resolves when the requests that were open have their answers. */
  close(): Promise<unknown>;
}
