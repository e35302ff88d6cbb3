import type { ContentBlock, Message, MessageStreamEvent } from '@llama-messages/core';

/**
 * What two runs of the same recorded answer have in common: ids and signatures are named, neighbouring deltas of one
 * kind are joined, pings left out. What is left must match exactly.
 */

const counts = (usage: Partial<Message['usage']>) => ({
  input_tokens: usage.input_tokens,
  cache_read_input_tokens: usage.cache_read_input_tokens,
  output_tokens: usage.output_tokens,
});

const toBlock = (block: ContentBlock): unknown => {
  if (block.type === 'thinking') return { ...block, signature: '<signature>' };
  if (block.type === 'tool_use') return { ...block, id: '<id>' };
  return block;
};

/** Returns the message with named ids and without the token details that no upstream reports exactly. */
export function normalizeMessage(message: Message): unknown {
  return {
    ...message,
    id: '<id>',
    content: message.content.map(toBlock),
    usage: counts(message.usage),
  };
}

/** Returns the events with named ids, joined deltas and no pings. */
export function normalizeEvents(events: readonly MessageStreamEvent[]): unknown[] {
  const result: unknown[] = [];
  let pending: Record<string, string> | undefined;
  const flush = () => {
    if (pending) result.push(pending);
    pending = undefined;
  };
  for (const event of events) {
    if (event.type === 'ping') continue;
    if (event.type === 'content_block_delta') {
      const { type, ...rest } = event.delta;
      const [piece = ''] = Object.values(rest);
      if (pending?.['type'] === type) pending['joined'] += piece;
      else {
        flush();
        pending = { type, joined: type === 'signature_delta' ? '<signature>' : piece };
      }
      continue;
    }
    flush();
    if (event.type === 'message_start') result.push({ type: event.type, model: event.message.model });
    else if (event.type === 'content_block_start')
      result.push({
        ...event,
        content_block:
          event.content_block.type === 'tool_use'
            ? { ...event.content_block, id: '<id>' }
            : event.content_block,
      });
    else if (event.type === 'message_delta') result.push({ ...event, usage: counts(event.usage) });
    else result.push(event);
  }
  flush();
  return result;
}
