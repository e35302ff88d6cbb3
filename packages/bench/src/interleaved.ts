import type { ContentBlockParam, MessageParam, MessagesRequest } from '@llama-messages/core';
import type { RecordedRequest } from './recording.ts';

/** One of several conversations that go on at the same time: its requests in order, subagents' in between. */
export interface InterleavedConversation {
  readonly name: string;
  readonly requests: readonly RecordedRequest[];
}

/** Lengths in characters; a prompt is a tenth of a real one, so that a run takes a minute and not an hour. */
const lengths = {
  system: 3500,
  subagentSystem: 2000,
  tools: 2500,
  subagentTools: 1500,
  opening: 800,
  turn: 700,
};

/**
 * Returns two conversations in one project, with two subagents each, made of the texts of one recorded request: the
 * same system prompt and tools, other words of the user from the first on. A conversation has five turns of its own;
 * behind the second and the fourth a subagent works for three. Subagents have a shorter system prompt and fewer tools,
 * the same for all of them, which is how Claude Code sends them.
 */
export function createInterleavedConversations(recorded: RecordedRequest): InterleavedConversation[] {
  const texts = { system: systemText(recorded.body), prose: proseOf(recorded.body) };
  return ['first', 'second'].map((name, index) => {
    let offset = index * 7919;
    const prose = (length: number): string => {
      offset = (offset + length) % texts.prose.length;
      return `${name} ${offset} ${(texts.prose + texts.prose).slice(offset, offset + length)}`;
    };
    const line = (agent: string | undefined): (() => RecordedRequest) => {
      const system = agent
        ? texts.system.slice(-lengths.subagentSystem)
        : texts.system.slice(0, lengths.system);
      const tools = take(recorded.body.tools ?? [], agent ? lengths.subagentTools : lengths.tools);
      let messages: MessageParam[] = [{ role: 'user', content: prose(lengths.opening) }];
      return () => {
        const body: MessagesRequest = { ...recorded.body, system, tools, messages };
        messages = [
          ...messages,
          { role: 'assistant', content: prose(lengths.turn / 4) },
          { role: 'user', content: prose(lengths.turn) },
        ];
        const headers = {
          ...recorded.headers,
          'x-claude-code-session-id': `interleaved-${name}`,
          ...(agent !== undefined && { 'x-claude-code-agent-id': `${name}-${agent}` }),
        };
        return { name: agent ?? 'main', headers, body };
      };
    };
    const [main, one, two] = [line(undefined), line('agent-1'), line('agent-2')];
    const order = [main, main, one, one, one, main, main, two, two, two, main];
    return { name, requests: order.map((next) => next()) };
  });
}

function take<Item>(items: readonly Item[], length: number): Item[] {
  let taken = 0;
  return items.filter((item) => {
    const size = JSON.stringify(item).length;
    if (taken + size > length) return false;
    taken += size;
    return true;
  });
}

function systemText({ system }: MessagesRequest): string {
  return (typeof system === 'string' ? system : (system ?? []).map(textOf).join('\n\n')).replace(
    /^x-anthropic-billing-header:.*\s*/,
    '',
  );
}

function proseOf({ messages }: MessagesRequest): string {
  return messages
    .map(({ content }) => (typeof content === 'string' ? content : content.map(textOf).join('\n')))
    .join('\n')
    .replaceAll(/<\/?system-reminder>/g, '');
}

function textOf(block: ContentBlockParam): string {
  return 'text' in block && typeof block.text === 'string' ? block.text : '';
}
