import { type MessagesError, toErrorBody } from '../errors.ts';
import type {
  ContentBlock,
  Message,
  MessageDelta,
  MessageDeltaUsage,
  MessageStreamEvent,
} from '../messages/types.ts';
import type { MessageSink } from './message-sink.ts';

/** A {@link MessageSink} that collects server-sent event frames until they are taken. */
export interface FrameWriter extends MessageSink {
  /** A second one is left out: a message may be started before anything is known of it. */
  start(message: Message): void;
  /** Returns the whole frames written since the last call, and forgets them; empty if there are none. */
  take(): string;
}

/** The `ping` event; clients reset their watchdogs on it and otherwise ignore it. */
const pingFrame = 'event: ping\ndata: {"type":"ping"}\n\n';

/**
 * Returns a sink that writes the wire format. Deltas, which are nearly all of a stream, are put together from
 * text instead of from event objects: measured, an object per event costs as much again as the conversion.
 *
 * @param requestId - goes into `event: error`
 */
export function createFrameWriter(requestId: string): FrameWriter {
  return new TextFrameWriter(requestId);
}

/** A class, as everything that is called for each token: docs/decisions/0017. */
class TextFrameWriter implements FrameWriter {
  private readonly requestId: string;
  private frames = '';
  private isStarted = false;
  /** How the deltas of the block begin that is written to: all in the same way. */
  private opening = '';
  private openingIndex = -1;
  private isOpeningThinking = false;

  constructor(requestId: string) {
    this.requestId = requestId;
  }

  start(message: Message): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.event({ type: 'message_start', message });
  }

  blockStart(index: number, content_block: ContentBlock): void {
    this.event({ type: 'content_block_start', index, content_block });
  }

  text(index: number, text: string): void {
    this.blockDelta(index, 'text_delta', 'text', text);
  }

  textJson(index: number, textJson: string): void {
    if (this.openingIndex !== index || this.isOpeningThinking) this.openBlock(index, false);
    this.frames += this.opening + textJson + closing;
  }

  thinking(index: number, thinking: string): void {
    this.blockDelta(index, 'thinking_delta', 'thinking', thinking);
  }

  thinkingJson(index: number, thinkingJson: string): void {
    if (this.openingIndex !== index || !this.isOpeningThinking) this.openBlock(index, true);
    this.frames += this.opening + thinkingJson + closing;
  }

  signature(index: number, signature: string): void {
    this.blockDelta(index, 'signature_delta', 'signature', signature);
  }

  inputJson(index: number, partialJson: string): void {
    this.blockDelta(index, 'input_json_delta', 'partial_json', partialJson);
  }

  blockStop(index: number): void {
    this.event({ type: 'content_block_stop', index });
  }

  delta(delta: MessageDelta, usage: MessageDeltaUsage): void {
    this.event({ type: 'message_delta', delta, usage });
  }

  stop(): void {
    this.event({ type: 'message_stop' });
  }

  ping(): void {
    this.frames += pingFrame;
  }

  fail(error: MessagesError): void {
    this.event(toErrorBody(error, this.requestId));
  }

  take(): string {
    const { frames } = this;
    this.frames = '';
    return frames;
  }

  private openBlock(index: number, isThinking: boolean): void {
    this.opening = isThinking
      ? toOpening(index, 'thinking_delta', 'thinking')
      : toOpening(index, 'text_delta', 'text');
    this.openingIndex = index;
    this.isOpeningThinking = isThinking;
  }

  private event(payload: MessageStreamEvent): void {
    this.frames += `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`;
  }

  private blockDelta(index: number, type: string, field: string, value: string): void {
    this.frames += `${toOpening(index, type, field)}${JSON.stringify(value).slice(1)}}}\n\n`;
  }
}

const closing = '"}}\n\n';

function toOpening(index: number, type: string, field: string): string {
  return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${field}":"`;
}
