import { expectSchema } from '../messages/expect-schema.ts';
import { threadNotFound, threadUnsupportedRequest } from './thread-errors.ts';

/** The request field `thread`. */
export type ThreadParam =
  | { readonly type: 'create' }
  | { readonly type: 'continue'; readonly previous_message_id: string };

const threadSchema = {
  type: 'object',
  required: ['type'],
  properties: { type: { type: 'string' } },
} as const;
const continueSchema = {
  type: 'object',
  required: ['previous_message_id'],
  properties: { previous_message_id: { type: 'string' } },
} as const;

/**
 * Returns `thread` itself, known to be a create or a continue of an id that may have been minted here. Ids become
 * part of a store's keys, so any other text is not even looked up.
 *
 * @throws MessagesError `invalid_request_error`; with `thread_unsupported_request` for a type that is not known here,
 * with `thread_not_found` for an id that nothing here ever had.
 */
export function checkThreadParam(thread: unknown): ThreadParam {
  expectSchema(threadSchema, thread, 'thread');
  const { type } = thread as { type: string };
  if (type === 'create') return { type };
  if (type !== 'continue') throw threadUnsupportedRequest(type.slice(0, 40));
  expectSchema(continueSchema, thread, 'thread.continue');
  const { previous_message_id: id } = thread as { previous_message_id: string };
  if (!/^[\w-]{1,128}$/.test(id)) throw threadNotFound();
  return { type, previous_message_id: id };
}
