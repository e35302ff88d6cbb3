import type {
  ContentBlock,
  ContentBlockDelta,
  ErrorBody,
  Message,
  MessageStreamEvent,
} from '@llama-messages/core';

/** What a stream adds up to: the message that an SDK would build, and the error that ended it. */
export interface StreamResult {
  readonly message: Message;
  /** Every block was closed and `message_stop` came. */
  readonly complete: boolean;
  readonly error: ErrorBody['error'] | undefined;
}

const blockOfDelta = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'thinking',
  input_json_delta: 'tool_use',
} as const satisfies Record<ContentBlockDelta['type'], ContentBlock['type']>;

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`event grammar: ${message}`);
}

/**
 * Throws unless the events are a valid stream: one `message_start` first; blocks one after another with contiguous
 * indexes, opened empty; deltas that match the open block, `signature_delta` last in thinking; then one `message_delta`
 * and `message_stop`, or `error` as the last event, which may leave a block open. `ping` may stand anywhere after the start.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export function assertEventGrammar(events: readonly MessageStreamEvent[]): void {
  let openBlock: ContentBlock['type'] | undefined;
  let signed = false;
  let blocks = 0;
  let phase: 'before' | 'content' | 'delta' | 'over' = 'before';

  for (const [position, event] of events.entries()) {
    const at = `${event.type} at ${position}`;
    check(phase !== 'over', `${at} after the end`);
    check(
      phase !== 'before' || event.type === 'message_start' || event.type === 'error',
      `${at} before message_start`,
    );
    switch (event.type) {
      case 'ping':
        break;
      case 'message_start':
        check(phase === 'before', `${at} is not the first event`);
        assertStart(event.message);
        phase = 'content';
        break;
      case 'content_block_start':
        check(phase === 'content', `${at} after message_delta`);
        check(openBlock === undefined, `${at} while a ${String(openBlock)} block is open`);
        check(event.index === blocks, `${at} has index ${event.index}, expected ${blocks}`);
        assertEmpty(event.content_block, at);
        openBlock = event.content_block.type;
        signed = false;
        break;
      case 'content_block_delta':
        check(openBlock !== undefined, `${at} without an open block`);
        check(event.index === blocks, `${at} has index ${event.index}, expected ${blocks}`);
        check(
          blockOfDelta[event.delta.type] === openBlock,
          `${at}: ${event.delta.type} in a ${openBlock} block`,
        );
        check(!signed, `${at} after signature_delta`);
        signed = event.delta.type === 'signature_delta';
        break;
      case 'content_block_stop':
        check(openBlock !== undefined, `${at} without an open block`);
        check(event.index === blocks, `${at} has index ${event.index}, expected ${blocks}`);
        check(openBlock !== 'thinking' || signed, `${at} closes a thinking block without signature_delta`);
        openBlock = undefined;
        blocks += 1;
        break;
      case 'message_delta':
        check(phase === 'content', `${at} is not the only one`);
        check(openBlock === undefined, `${at} while a ${String(openBlock)} block is open`);
        check(typeof event.usage.output_tokens === 'number', `${at} without usage.output_tokens`);
        check(typeof event.delta.stop_reason === 'string', `${at} without a stop_reason`);
        phase = 'delta';
        break;
      case 'message_stop':
        check(phase === 'delta', `${at} without message_delta`);
        phase = 'over';
        break;
      case 'error':
        check(typeof event.error.type === 'string' && event.error.message !== '', `${at} says nothing`);
        phase = 'over';
        break;
      default:
        event satisfies never;
        check(false, `unknown event ${at}`);
    }
  }
  check(phase === 'over', 'neither message_stop nor error at the end');
}

function assertStart(message: Message): void {
  check(
    message.type === 'message' && message.role === 'assistant',
    'message_start is not an assistant message',
  );
  check(message.id.startsWith('msg_'), `message id ${message.id}`);
  check(Array.isArray(message.content) && message.content.length === 0, 'message_start has content');
  for (const field of ['stop_reason', 'stop_sequence', 'stop_details', 'container', 'diagnostics'] as const)
    check(message[field] === null, `message_start.${field} is not null`);
  check(typeof message.usage.input_tokens === 'number', 'message_start has no usage');
  check(typeof message.usage.output_tokens === 'number', 'message_start has no usage.output_tokens');
}

function assertEmpty(block: ContentBlock, at: string): void {
  switch (block.type) {
    case 'text':
      check(block.text === '', `${at} opens with text`);
      break;
    case 'thinking':
      check(block.thinking === '' && block.signature === '', `${at} opens with a thought or a signature`);
      break;
    case 'tool_use':
      check(block.id !== '' && block.name !== '', `${at} has no id or no name`);
      check(JSON.stringify(block.input) === '{}', `${at} opens without input: {}`);
      break;
    default:
      block satisfies never;
  }
}

/** Returns what the SDKs would make of the events; call {@link assertEventGrammar} first. */
export function toMessageFromEvents(events: readonly MessageStreamEvent[]): StreamResult {
  const [start] = events;
  check(start?.type === 'message_start', 'no message_start');
  const message: Message = { ...start.message, content: [] };
  const inputs = new Map<number, string>();
  let complete = false;
  let error: ErrorBody['error'] | undefined;
  for (const event of events) {
    switch (event.type) {
      case 'content_block_start':
        message.content.push({ ...event.content_block });
        break;
      case 'content_block_delta':
        applyDelta(message.content[event.index], event.delta, (json) =>
          inputs.set(event.index, (inputs.get(event.index) ?? '') + json),
        );
        break;
      case 'content_block_stop': {
        const block = message.content[event.index];
        if (block?.type === 'tool_use')
          block.input = JSON.parse(inputs.get(event.index) || '{}') as Record<string, unknown>;
        break;
      }
      case 'message_delta':
        Object.assign(message, event.delta);
        Object.assign(message.usage, event.usage);
        break;
      case 'message_stop':
        complete = true;
        break;
      case 'error':
        error = event.error;
        break;
      case 'message_start':
      case 'ping':
        break;
      default:
        event satisfies never;
    }
  }
  return { message, complete, error };
}

function applyDelta(
  block: ContentBlock | undefined,
  delta: ContentBlockDelta,
  onJson: (json: string) => void,
): void {
  if (delta.type === 'text_delta' && block?.type === 'text') block.text += delta.text;
  if (delta.type === 'thinking_delta' && block?.type === 'thinking') block.thinking += delta.thinking;
  if (delta.type === 'signature_delta' && block?.type === 'thinking') block.signature = delta.signature;
  if (delta.type === 'input_json_delta') onJson(delta.partial_json);
}
