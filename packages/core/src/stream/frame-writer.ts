import { toErrorBody } from '../errors.ts';
import type { ContentBlock, MessageStreamEvent } from '../messages/types.ts';
import type { MessageSink } from './message-sink.ts';

/** A {@link MessageSink} that collects server-sent event frames until they are taken. */
export interface FrameWriter extends MessageSink {
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
  let frames = '';
  let opening = '';
  let openingIndex = -1;
  let openingType = '';

  function event(payload: MessageStreamEvent): void {
    frames += `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`;
  }
  function blockDelta(index: number, type: string, field: string, value: string): void {
    frames += `${toOpening(index, type, field)}${JSON.stringify(value).slice(1)}}}\n\n`;
  }

  /** A block's deltas all begin in the same way. */
  function openingOf(index: number, type: string, field: string): string {
    if (openingIndex !== index || openingType !== type) {
      opening = toOpening(index, type, field);
      openingIndex = index;
      openingType = type;
    }
    return opening;
  }

  return {
    start: (message) => event({ type: 'message_start', message }),
    blockStart: (index: number, content_block: ContentBlock) =>
      event({ type: 'content_block_start', index, content_block }),
    text: (index, text) => blockDelta(index, 'text_delta', 'text', text),
    textJson(index, textJson) {
      frames += openingOf(index, 'text_delta', 'text') + textJson + closing;
    },
    thinking: (index, thinking) => blockDelta(index, 'thinking_delta', 'thinking', thinking),
    thinkingJson(index, thinkingJson) {
      frames += openingOf(index, 'thinking_delta', 'thinking') + thinkingJson + closing;
    },
    signature: (index, signature) => blockDelta(index, 'signature_delta', 'signature', signature),
    inputJson: (index, partialJson) => blockDelta(index, 'input_json_delta', 'partial_json', partialJson),
    blockStop: (index) => event({ type: 'content_block_stop', index }),
    delta: (delta, usage) => event({ type: 'message_delta', delta, usage }),
    stop: () => event({ type: 'message_stop' }),
    ping: () => {
      frames += pingFrame;
    },
    fail: (error) => event(toErrorBody(error, requestId)),
    take() {
      const taken = frames;
      frames = '';
      return taken;
    },
  };
}

const closing = '"}}\n\n';

function toOpening(index: number, type: string, field: string): string {
  return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${field}":"`;
}
