import { MessagesError } from '../errors.ts';
import { invalid } from '../messages/expect-schema.ts';

/**
 * Returns the 404 for a thread that is unknown here, expired, dropped or another key's: nobody learns which.
 * The SDK sends the whole conversation again as a new thread.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/message-threads
 */
export function threadNotFound(): MessagesError {
  return new MessagesError(
    'not_found_error',
    'thread.continue.previous_message_id: no thread was found for this message. ' +
      'Send the whole conversation with thread: {"type": "create"}.',
    { details: { error_code: 'thread_not_found' } },
  );
}

/** Returns the 400 for a second continuation of one message; the SDK sends the whole conversation as a new thread. */
export function threadAlreadyContinued(): MessagesError {
  return invalid(
    'thread.continue.previous_message_id',
    'this message has already been continued. Continue from the newest message of the thread.',
    { error_code: 'thread_already_continued' },
  );
}

/** Returns the 400 for a message that is being continued right now; the SDK sends the whole conversation as a new thread. */
export function threadContinueInFlight(): MessagesError {
  return invalid(
    'thread.continue.previous_message_id',
    'another request is still continuing this message. Wait for its answer and continue from that.',
    { error_code: 'thread_continue_in_flight' },
  );
}

/** Returns the 400 for fields that must stay what they were when the thread was created; the SDK throws it at its caller. */
export function threadFingerprintMismatch(fields: readonly string[]): MessagesError {
  return invalid(
    'thread',
    `${fields.join(', ')} cannot change in a thread. Leave system and tools out and send the model of the create, ` +
      'or send the whole conversation with thread: {"type": "create"}.',
    { error_code: 'thread_fingerprint_mismatch' },
  );
}

/** Returns the 400 for a kind of thread that is not known here; the SDK's tool runner goes on without threads. */
export function threadUnsupportedRequest(type: string): MessagesError {
  return invalid(
    'thread.type',
    `threads of the type '${type}' are not supported here. Send the whole conversation without thread.`,
    { error_code: 'thread_unsupported_request' },
  );
}
