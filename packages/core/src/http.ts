import type { EventStream } from './event-stream.ts';

/** Case-insensitive header look-up; the web's `Headers` is one. */
export interface HeaderReader {
  get(name: string): string | null | undefined;
}

/** What an adapter hands to the handler. */
export interface HandlerRequest {
  readonly method: string;
  /** Below the mount point, without query. */
  readonly path: string;
  readonly headers: HeaderReader;
  /** Parsed JSON, text or bytes. Called at most once, and only if the route has a body. */
  readonly body: () => unknown;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /**
   * The controller of `signal`, if the handler may abort that too, when it wants nothing more of the upstream.
   * @defaultValue one of its own, which takes most of a KiB of each open stream
   */
  readonly abort?: AbortController;
}

/** What the handler answers. Header names are lower case. */
export interface HandlerResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A string is the whole body; otherwise it comes bit by bit, as server-sent events or as JSON behind white space. */
  readonly body: string | EventStream;
}
