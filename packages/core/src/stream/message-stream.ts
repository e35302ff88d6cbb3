import type { ChatChunk, ChatTextDelta, ChatTool, PromptProgress } from '../chat/types.ts';
import type { ResponsePlan } from '../convert/response-plan.ts';
import type { MessagesError } from '../errors.ts';
import type { StopReason, Usage } from '../messages/types.ts';
import { AnswerConversion } from './answer-conversion.ts';
import type { GeneratedMessage } from './block-writer.ts';
import type { MessageSink } from './message-sink.ts';

export type { GeneratedMessage };

export interface StreamOptions {
  /** The message's id, `msg_…`. */
  readonly messageId: string;
  readonly plan: ResponsePlan;
  /** Called once, if the message begins before the upstream has told the prompt's true count. */
  readonly estimateInputTokens: () => number;
  /**
   * Returns the signature that closes a thinking block; a thought that the client is not shown travels in it.
   * @defaultValue a constant, for clients drop thinking without a signature
   */
  readonly sign?: ((hiddenThinking: string | undefined) => string) | undefined;
  /** The tools as the client declared them: what arguments are repaired by, and what text is searched for. */
  readonly tools?: readonly ChatTool[] | undefined;
  /** Take calls of these tools that the model printed as text for calls. @defaultValue false */
  readonly recoversTextCalls?: boolean | undefined;
  /** Told how far the upstream is with the prompt. */
  readonly onProgress?: ((progress: PromptProgress) => void) | undefined;
  /** See {@link UpstreamTraits.startsInThinking}. */
  readonly startsInThinking?: boolean | undefined;
}

/** A synchronous state machine: chunks in, calls of a {@link MessageSink} out. */
export interface MessageStream {
  /** Writes `message_start` now, with estimated counts if the upstream has not told any; later calls do nothing. */
  start(): void;
  push(item: ChatChunk | ChatTextDelta): void;
  /** Writes the end of the message; to be called once, when the upstream is done. */
  end(): void;
  /** Writes the error in place of the rest; after that nothing is written any more. */
  fail(error: unknown): void;
  /** Nothing will be written any more: the message has ended or failed. */
  isOver(): boolean;
  /** What was written in place of the rest. */
  failure(): MessagesError | undefined;
  usage(): Usage;
  stopReason(): StopReason | undefined;
  generated(): GeneratedMessage;
  /** Values of tool arguments that had a wrong JSON type and were repaired without loss. */
  repairedArguments(): number;
}

/**
 * Returns the conversion of one answer. Whatever the upstream sends, in whatever order, the sink sees the API's grammar:
 * one start, blocks one after another, then delta and stop, or a failure.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export function createMessageStream(sink: MessageSink, options: StreamOptions): MessageStream {
  return new AnswerConversion(sink, options);
}
