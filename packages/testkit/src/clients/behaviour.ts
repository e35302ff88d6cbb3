import type { CaseContext } from '../conformance-case.ts';
import type { Feature, TriedClient } from './tried-client.ts';

/** Something that a client does with a server, tried with each of them. */
export interface Behaviour<Client extends TriedClient = TriedClient> {
  /** Never changes: recorded results name it. */
  readonly id: string;
  /** In a reader's words. */
  readonly title: string;
  /** What a client must have for it. */
  readonly needs?: Feature;
  /** Why it cannot be tried with this client; undefined if it can. */
  readonly unless?: (client: Client) => Cell | undefined;
  /** Returns what the page says, and fails where the client's user would be let down. */
  run(client: Client, context: CaseContext): Promise<Cell>;
}

/** What stands in a cell of the page; `none` if the client has no such feature. */
export type Cell = string;

/** The client has no such feature. */
export const none: Cell = 'none';
/** It works, and there is nothing to add. */
export const works: Cell = 'yes';
