import type { Server } from 'node:http';
import type { MessagesOptions } from '@llama-messages/core';
import type { Middleware } from './ui/middleware.ts';

/** What `serve` of each framework's file gets: the options of llama-messages, and where to listen. */
export interface ServeOptions extends MessagesOptions {
  readonly host: string;
  readonly port: number;
  /** What is served beside the API, in front of it: metrics, the page and its data. */
  readonly middleware: readonly Middleware[];
}

export interface Served {
  /** Node's server below the framework. */
  readonly server: Server;
  /** Stops listening, and resolves when the requests that were open have their answers. */
  close(): Promise<unknown>;
}
