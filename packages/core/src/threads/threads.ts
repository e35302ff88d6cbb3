import type { Message, MessagesRequest } from '../messages/types.ts';
import {
  type HeldConversation,
  readHeldThread,
  writeContinuedThread,
  writeOpenThread,
} from './held-thread.ts';
import {
  threadAlreadyContinued,
  threadContinueInFlight,
  threadFingerprintMismatch,
  threadNotFound,
} from './thread-errors.ts';
import { checkThreadParam } from './thread-param.ts';
import type { ThreadStore } from './thread-store.ts';

export interface ThreadsOptions {
  readonly store: ThreadStore;
  /** Milliseconds from an answer until its thread is forgotten. @defaultValue one hour */
  readonly ttlMs?: number | undefined;
  /**
   * Told what the store threw. The request goes on: a thread that cannot be read counts as not found, one that cannot
   * be written will, and in both cases the client sends the whole conversation again. Must not throw.
   */
  readonly onStoreError?: ((error: unknown) => void) | undefined;
}

/** One request of a thread, from when it came in until it was answered or not. */
export interface OpenThread {
  /**
   * The request for the whole conversation, without `thread`: what is to be converted. `messages.N` in an error about
   * it counts from the conversation's beginning.
   */
  readonly request: MessagesRequest;
  /**
   * Keeps the conversation with `message`, the answer exactly as the client gets it, under the message's id.
   * Never rejects, and does nothing after the first call or after {@link OpenThread.abandon}.
   */
  commit(message: Message): Promise<void>;
  /** Lets the same message be continued again. Does nothing after {@link OpenThread.commit}, so it fits into a `finally`. */
  abandon(): void;
}

export interface Threads {
  /**
   * Returns the whole conversation that `request` is a part of. `owner` is whom the thread belongs to, best a hash of
   * the API key: what one owner created, no other finds.
   *
   * Every opened thread has to be ended, or its message cannot be continued until the process ends:
   * - not streamed: `await commit(message)` before the answer is sent;
   * - streamed: write through {@link createCollectingSink}, which calls `commit` with the collected message before
   *   `message_stop` is written. It need not be awaited there: a continue that this process gets meanwhile waits for it. Processes that share a store do not see each other's writes under way, so
   *   with an asynchronous store of several processes await it before those frames are sent;
   * - refused, failed, cut or the client gone before the end: `abandon()`. The SDK takes up a stream that broke off with
   *   a new thread, never from a half answer.
   *
   * @param isResend - the client says that it sends this once more: if the same request is still being answered, this is another
   * reader of its answer, and each keeps the conversation under the id of the message that it was sent
   * @throws MessagesError with `details.error_code`: `thread_not_found` (404), `thread_already_continued`,
   * `thread_continue_in_flight`, `thread_fingerprint_mismatch` or `thread_unsupported_request` (400)
   */
  open(owner: string, request: MessagesRequest, isResend?: boolean): Promise<OpenThread>;
}

/** A message that is being continued. */
interface Continuation {
  /** What it is continued with. */
  readonly text: string;
  readonly conversation: Promise<HeldConversation>;
  /** Requests that wait for the answer: one, and its resends. */
  readers: number;
}

/**
 * Returns the conversations that clients let the server hold: a request with `thread: {"type": "create"}` begins one, and
 * later ones bring only their new messages and the id of the answer they go on from. The SDK's tool runner works
 * like this.
 *
 * An answer can be continued once. Its conversation then moves to the next answer's id, so a thread costs its length
 * once, however many turns it had. That a message is being continued right now is known to this process only: with a
 * shared store two processes may both continue one, and both answers can be continued.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/message-threads
 */
export function createThreads({ store, ttlMs = 3_600_000, onStoreError }: ThreadsOptions): Threads {
  const inFlight = new Map<string, Continuation>();
  /** Writes under way, by the key that they make readable. */
  const writes = new Map<string, Promise<void>>();

  async function readConversation(key: string): Promise<HeldConversation> {
    await writes.get(key);
    let text: string | undefined;
    try {
      text = await store.get(key);
    } catch (error) {
      onStoreError?.(error);
    }
    const thread = text === undefined ? undefined : readHeldThread(text);
    if (thread === undefined) throw threadNotFound();
    if (thread.state === 'continued') throw threadAlreadyContinued();
    return thread.conversation;
  }

  /** The new conversation first: if it cannot be kept, the old one can still be continued. */
  async function write(key: string, text: string, previousKey: string | undefined): Promise<void> {
    try {
      await store.set(key, text, ttlMs);
      if (previousKey !== undefined) await store.set(previousKey, writeContinuedThread(), ttlMs);
    } catch (error) {
      onStoreError?.(error);
    }
  }

  function leave(key: string): void {
    const running = inFlight.get(key);
    if (running === undefined) return;
    running.readers -= 1;
    if (running.readers === 0) inFlight.delete(key);
  }

  function openThread(owner: string, request: MessagesRequest, previousKey?: string): OpenThread {
    let isEnded = false;
    const release = (): void => {
      if (previousKey !== undefined) leave(previousKey);
    };
    return {
      request,
      async commit(message) {
        if (isEnded) return;
        isEnded = true;
        const key = toKey(owner, message.id);
        const writing = write(key, writeOpenThread(request, message), previousKey);
        writes.set(key, writing);
        try {
          await writing;
        } finally {
          writes.delete(key);
          release();
        }
      },
      abandon() {
        if (isEnded) return;
        isEnded = true;
        release();
      },
    };
  }

  return {
    async open(owner, { thread, ...request }, isResend = false) {
      const param = checkThreadParam(thread);
      if (param.type === 'create') return openThread(owner, request);
      const key = toKey(owner, param.previous_message_id);
      const text = toComparable(request);
      let running = inFlight.get(key);
      // Nothing is awaited before it is marked, so that of two requests at the same time one loses.
      if (running === undefined) {
        running = { text, conversation: readConversation(key), readers: 0 };
        inFlight.set(key, running);
      } else if (!isResend || running.text !== text) throw threadContinueInFlight();
      running.readers += 1;
      try {
        return openThread(owner, toWholeRequest(await running.conversation, request), key);
      } catch (error) {
        leave(key);
        throw error;
      }
    },
  };
}

/** A resend may ask for another form of the answer. */
function toComparable(request: MessagesRequest): string {
  return JSON.stringify({ ...request, stream: undefined });
}

function toKey(owner: string, messageId: string): string {
  return `llama-messages:thread:${owner}:${messageId}`;
}

/** `system` and `tools` are the thread's; the API refuses them in a continue, here they may be repeated as they were. */
function toWholeRequest(held: HeldConversation, request: MessagesRequest): MessagesRequest {
  const changed = (['model', 'system', 'tools'] as const).filter((field) => {
    const given = request[field];
    return given !== undefined && given !== null && JSON.stringify(given) !== JSON.stringify(held[field]);
  });
  if (changed.length > 0) throw threadFingerprintMismatch(changed);
  return { ...request, ...held, messages: [...held.messages, ...request.messages] };
}
