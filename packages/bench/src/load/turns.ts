import { marks } from '../upstream/pieces.ts';

/** As many requests are sent of a conversation before it goes back to its first. */
const turnsOfConversation = 8;

interface Body {
  readonly model: string;
  readonly messages: readonly Message[];
}

interface Message {
  readonly role: string;
  readonly content: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Returns what a client like Claude Code sends of a conversation, turn by turn: the whole request each time, with the answer
 * and the user's next message more than the last time, and the mark of the prompt cache at its end.
 *
 * @param body - JSON text of the first of these requests
 * @param name - of the session: what tells the conversation from others that begin with the same request
 */
export function toTurns(body: string, name: string): string[] {
  // In the order that Claude Code has.
  const { model, messages, ...rest } = JSON.parse(body) as Body;
  const metadata = { user_id: JSON.stringify({ session_id: name }) };
  const opening = messages.map(withoutMark);
  return Array.from({ length: turnsOfConversation }, (_, turn) => {
    const grown = Array.from({ length: turn }, (_turn, number) => toTurn(number)).flat();
    return JSON.stringify({ model, messages: withMark([...opening, ...grown]), ...rest, metadata });
  });
}

/** What the upstream has answered, and what the user says to that. */
function toTurn(number: number): Message[] {
  const said = `And what does line ${number} of the file say?\n`.repeat(10);
  return [
    { role: 'assistant', content: [{ type: 'text', text: marks.first }] },
    { role: 'user', content: [{ type: 'text', text: said }] },
  ];
}

function withoutMark({ role, content }: Message): Message {
  return { role, content: content.map((block) => ({ ...block, cache_control: undefined })) };
}

function withMark(messages: readonly Message[]): Message[] {
  const last = messages.at(-1);
  if (!last) return [];
  const content = last.content.map((block, index) =>
    index === last.content.length - 1 ? { ...block, cache_control: { type: 'ephemeral' } } : block,
  );
  return [...messages.slice(0, -1), { ...last, content }];
}
