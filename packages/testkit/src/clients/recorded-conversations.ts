import { type ClientRequestFixture, loadClientRequests } from '../fixtures.ts';
import { sentMessages } from '../conformance-case.ts';
import type { ScriptedCall } from '../scripted-llama-server.ts';

/** The requests for messages that a client sent in one go. */
export interface RecordedConversation {
  /** As in a sentence: `claude-code 2.1.330`. */
  readonly client: string;
  readonly scenario: string;
  readonly requests: readonly ClientRequestFixture[];
}

const requests = loadClientRequests().filter(
  ({ name, path }) => name.startsWith('claude-code') && /\/v1\/messages(\?|$)/.test(path),
);

/** The recorded conversations of Claude Code, newest version first. The SDK is tried itself. */
export const recordedConversations: readonly RecordedConversation[] = [
  ...new Set(requests.map(({ name }) => name.slice(0, name.lastIndexOf('/') + 1))),
]
  .map((folder) => {
    const [client = '', scenario = ''] = folder.split('/');
    return {
      client: client.replace('claude-code-', 'Claude Code '),
      scenario,
      requests: requests.filter(({ name }) => name.startsWith(folder)),
    };
  })
  .toSorted((left, right) => right.client.localeCompare(left.client));

/** Returns whether the prompt of a request begins with the whole prompt of the one before. */
export function continues(call: ScriptedCall, before: ScriptedCall | undefined): boolean {
  if (before === undefined) return false;
  const messages = sentMessages(before);
  return (
    isEqual(sentMessages(call).slice(0, messages.length), messages) &&
    isEqual(call.body?.['tools'], before.body?.['tools'])
  );
}

const isEqual = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);
