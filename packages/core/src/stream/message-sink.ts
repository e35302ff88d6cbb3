import type { MessagesError } from '../errors.ts';
import type { ContentBlock, Message, MessageDelta, MessageDeltaUsage } from '../messages/types.ts';

/**
 * Where {@link createMessageStream} writes. Calls come in the order of the event grammar:
 * start, then blocks one after another with contiguous indexes, then delta and stop; `fail` may end it at any point.
 */
export interface MessageSink {
  start(message: Message): void;
  blockStart(index: number, block: ContentBlock): void;
  text(index: number, text: string): void;
  /** The same for text that is escaped as in a JSON string, without the quotes. */
  textJson(index: number, textJson: string): void;
  thinking(index: number, thinking: string): void;
  thinkingJson(index: number, thinkingJson: string): void;
  signature(index: number, signature: string): void;
  /** A piece of the JSON text of a tool use's input. */
  inputJson(index: number, partialJson: string): void;
  blockStop(index: number): void;
  delta(delta: MessageDelta, usage: MessageDeltaUsage): void;
  stop(): void;
  ping(): void;
  fail(error: MessagesError): void;
}
