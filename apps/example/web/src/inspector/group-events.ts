import type { SentEvent } from '../../../src/ui/api.ts';

/** Events of one kind that follow one another. */
export interface EventGroup {
  /** Such as `text_delta`, or the event's own name. */
  readonly name: string;
  readonly events: readonly SentEvent[];
  /** What they say together. */
  readonly text: string;
  /** Index of the first of them. */
  readonly first: number;
}

interface Payload {
  readonly index?: number;
  readonly delta?: Readonly<Record<string, unknown>>;
  readonly content_block?: { readonly type?: string; readonly name?: string };
  readonly error?: { readonly message?: string };
  readonly usage?: { readonly output_tokens?: number };
  readonly message?: {
    readonly usage?: { readonly input_tokens?: number; readonly cache_read_input_tokens?: number };
  };
}

const deltaFields = ['text', 'thinking', 'partial_json', 'signature'] as const;
const longestText = 400;

/** Returns events with deltas of the same block and kind, and pings, put together. */
export function groupEvents(events: readonly SentEvent[]): readonly EventGroup[] {
  const groups: { name: string; key: string; events: SentEvent[]; text: string; first: number }[] = [];
  for (const [index, event] of events.entries()) {
    const payload = parse(event.data);
    const name = typeof payload.delta?.['type'] === 'string' ? payload.delta['type'] : event.event;
    const isMany = event.event === 'content_block_delta' || event.event === 'ping';
    const key = `${name} ${payload.index ?? ''}`;
    const text = describe(payload);
    const last = groups.at(-1);
    if (isMany && last?.key === key) {
      last.events.push(event);
      if (last.text.length < longestText) last.text += text;
    } else groups.push({ name, key, events: [event], text, first: index });
  }
  return groups;
}

function describe({ delta, content_block: block, error, usage, message }: Payload): string {
  for (const field of deltaFields) {
    const value = delta?.[field];
    if (typeof value === 'string') return value;
  }
  if (block) return [block.type, block.name].filter(Boolean).join(' ');
  if (error?.message !== undefined) return error.message;
  if (typeof delta?.['stop_reason'] === 'string') {
    return `${delta['stop_reason']}, ${usage?.output_tokens ?? 0} tokens`;
  }
  const start = message?.usage;
  return start
    ? `${start.input_tokens ?? 0} tokens to read, ${start.cache_read_input_tokens ?? 0} cached`
    : '';
}

function parse(data: string): Payload {
  try {
    return JSON.parse(data) as Payload;
  } catch {
    return {};
  }
}
