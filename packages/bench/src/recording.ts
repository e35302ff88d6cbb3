import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MessagesRequest } from '@llama-messages/core';

/** A request for a message as a client sent it. */
export interface RecordedRequest {
  /** The file's name without its ending. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: MessagesRequest;
}

/** The requests of one conversation, in the order that they were sent in. */
export interface Recording {
  readonly name: string;
  readonly requests: readonly RecordedRequest[];
}

/** What a file of a recording holds. */
interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: MessagesRequest | null;
}

const fixtures = fileURLToPath(
  new URL('../../testkit/fixtures/clients/claude-code-2.1.330/', import.meta.url),
);

/** The conversations of Claude Code in the testkit's fixtures, in the order that the results are reported for. */
export const recordedConversations: readonly string[] = [
  'plain',
  'par',
  'schema',
  'readimg',
  'search',
  'tsearch2',
];

/**
 * Returns a recorded conversation: one of the testkit's fixtures by its name, or any folder of files like theirs. What
 * is not a request for a message is left out.
 *
 * @throws Error if there is no such folder, or nothing to send in it
 */
export function loadRecording(nameOrFolder: string): Recording {
  const fixture = join(fixtures, nameOrFolder);
  const folder = recordedConversations.includes(nameOrFolder) ? fixture : resolve(nameOrFolder);
  if (!existsSync(folder)) {
    throw new Error(
      `There is no recording ${nameOrFolder}: give a folder, or one of ${recordedConversations.join(', ')}`,
    );
  }
  const requests = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file): RecordedRequest[] => {
      const call = JSON.parse(readFileSync(join(folder, file), 'utf8')) as RecordedCall;
      const isMessage = call.method === 'POST' && /\/v1\/messages(?:\?|$)/.test(call.path);
      if (!isMessage || !call.body) return [];
      return [{ name: basename(file, '.json'), headers: call.headers, body: call.body }];
    });
  if (requests.length === 0) throw new Error(`${folder} holds no recorded POST /v1/messages`);
  return { name: basename(folder), requests };
}
