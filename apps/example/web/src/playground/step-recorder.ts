import type {
  ContentBlock,
  Message,
  MessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { Block, Counts, Step } from './conversation.ts';

/** Follows one request: what came, and when. */
export interface StepRecorder {
  /** Takes an event and the message so far; returns whether there is something new to see. */
  onEvent(event: MessageStreamEvent, message: Message): boolean;
  /** Returns what came until now. */
  read(): Step;
}

export function createStepRecorder(structured: boolean): StepRecorder {
  const sentAt = performance.now();
  let firstAt: number | undefined;
  let lastAt = sentAt;
  let thinkingSince: number | undefined;
  let thinkingMs = 0;
  let pieces = 0;
  let message: Message | undefined;

  return {
    onEvent(event, snapshot) {
      message = snapshot;
      const now = performance.now();
      switch (event.type) {
        case 'content_block_start':
          thinkingSince = event.content_block.type === 'thinking' ? now : undefined;
          return true;
        case 'content_block_delta':
          firstAt ??= now;
          lastAt = now;
          if (event.delta.type !== 'signature_delta') pieces += 1;
          return true;
        case 'content_block_stop':
          if (thinkingSince !== undefined) thinkingMs += now - thinkingSince;
          thinkingSince = undefined;
          return true;
        case 'message_start':
        case 'message_delta':
        case 'message_stop':
          return true;
        default:
          event satisfies never;
          return false;
      }
    },
    read: () => ({
      blocks: message?.content.flatMap(toBlock) ?? [],
      results: [],
      stopReason: message?.stop_reason ?? null,
      counts: message && toCounts(message),
      times: {
        firstPieceMs: firstAt === undefined ? undefined : firstAt - sentAt,
        writingMs: firstAt === undefined ? 0 : lastAt - firstAt,
        thinkingMs,
        pieces,
      },
      structured,
    }),
  };
}

function toBlock(block: ContentBlock): readonly Block[] {
  switch (block.type) {
    case 'text':
      return [{ type: 'text', text: block.text }];
    case 'thinking':
      return [{ type: 'thinking', thinking: block.thinking, signature: block.signature }];
    case 'tool_use':
      return [{ type: 'tool_use', id: block.id, name: block.name, input: block.input }];
    default:
      // Nothing of what is asked for here leads to another one.
      return [];
  }
}

function toCounts({ usage }: Message): Counts {
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
    cached,
    output: usage.output_tokens,
  };
}
