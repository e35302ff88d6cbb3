import type { MessageStreamEvent } from '@llama-messages/core';

/** Reads the stream of the adapter under test, strictly. */
export interface FrameReader {
  push(bytes: Uint8Array): MessageStreamEvent[];
  /** Throws when the stream ended inside a frame. */
  end(): void;
}

const framePattern = /^event: ([a-z_]+)\ndata: ([^\n]+)$/;

/**
 * Returns a reader that accepts exactly what Anthropic's API sends: `event:` and one `data:` line, LF, a blank line.
 * Laxer readers would hide what breaks the SDKs: events without a name are skipped by them.
 */
export function createFrameReader(): FrameReader {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  return {
    push(bytes) {
      rest += decoder.decode(bytes, { stream: true });
      const frames = rest.split('\n\n');
      rest = frames.pop() ?? '';
      return frames.filter((frame) => !isComment(frame)).map(toEvent);
    },
    end() {
      if (rest !== '') throw new Error(`the stream ended inside a frame: ${JSON.stringify(rest)}`);
    },
  };
}

const isComment = (frame: string) => frame.split('\n').every((line) => line.startsWith(':') || line === '');

function toEvent(frame: string): MessageStreamEvent {
  const match = framePattern.exec(frame);
  if (!match) throw new Error(`not a frame of the Messages API: ${JSON.stringify(frame)}`);
  const event = JSON.parse(match[2] ?? '') as MessageStreamEvent;
  if (event.type !== match[1])
    throw new Error(`the frame is named ${match[1]}, its data say ${String(event.type)}`);
  return event;
}
