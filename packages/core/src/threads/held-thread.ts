import type { Message, MessagesRequest } from '../messages/types.ts';

/** The fields that a thread keeps: the SDK leaves `system` and `tools` out of every continue, and sends all others. */
export type HeldConversation = Pick<MessagesRequest, 'model' | 'messages' | 'system' | 'tools'>;

/** What is stored under the id of one answer. */
export type HeldThread =
  | { readonly state: 'open'; readonly conversation: HeldConversation }
  /** The conversation has moved on to a newer answer's id. Kept without its messages, to tell that from a thread that is gone. */
  | { readonly state: 'continued' };

/** Stored with every value: what another version has written is not read as if it were this one's. */
const format = 1;

/** Returns the stored text of the conversation as it stands after `answer`. */
export function writeOpenThread(request: MessagesRequest, answer: Message): string {
  const { model, system, tools, messages } = request;
  return JSON.stringify({
    format,
    state: 'open',
    conversation: {
      model,
      ...(system !== undefined && { system }),
      ...(tools !== undefined && { tools }),
      messages: [...messages, { role: answer.role, content: answer.content }],
    },
  });
}

/** Returns the stored text that takes a conversation's place once it was continued. */
export function writeContinuedThread(): string {
  return JSON.stringify({ format, state: 'continued' });
}

/** Returns what `text` holds, or undefined if it was not written by this version. */
export function readHeldThread(text: string): HeldThread | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { format: written, ...thread } = value as { format?: unknown } & HeldThread;
  return written === format ? thread : undefined;
}
