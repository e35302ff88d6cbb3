import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ChatMessage, ChatRequest } from '../chat/types.ts';
import { toChatRequest } from '../convert/request.ts';
import { checkCountTokensRequest } from '../messages/schema.ts';
import { type ChatAssistantMessage, createGenerationMemory } from './generation-memory.ts';
import type { PrefixBreak } from './prefix-break.ts';
import { createPromptMemory } from './prompt-memory.ts';

const clients = new URL('../../../testkit/fixtures/clients/', import.meta.url);
const options = { model: { id: 'local' }, traits: {} };

function recordedIn(folder: string): ChatRequest[] {
  return readdirSync(new URL(folder, clients))
    .filter((name) => name.includes('POST_v1_messages') && name.endsWith('.json'))
    .sort()
    .map((name) => {
      const { body } = JSON.parse(readFileSync(new URL(`${folder}${name}`, clients), 'utf8')) as {
        body: unknown;
      };
      return toChatRequest(checkCountTokensRequest(body), options);
    });
}

/** Returns what the model may have generated where the client replays `message`. */
function toGenerated(message: ChatAssistantMessage): ChatAssistantMessage {
  return {
    ...message,
    content: `\n\n${message.content ?? ''}\n`,
    reasoning_content: `${message.reasoning_content ?? 'Let me see.'}\n`,
    ...(message.tool_calls && {
      tool_calls: message.tool_calls.map((call) => ({
        ...call,
        function: {
          ...call.function,
          arguments: JSON.stringify(
            Object.fromEntries(
              Object.entries(JSON.parse(call.function.arguments) as Record<string, unknown>).toReversed(),
            ),
            null,
            1,
          ),
        },
      })),
    }),
  };
}

/** Plays a conversation, with the memory or without; returns how many answers it had, and where its prefix broke. */
function play(chats: readonly ChatRequest[], remembers: boolean): { answers: number; breaks: PrefixBreak[] } {
  const memory = createGenerationMemory();
  const prompts = createPromptMemory();
  const breaks: PrefixBreak[] = [];
  let answers = 0;
  let cached: ChatMessage[] = [];
  for (const [turn, chat] of chats.entries()) {
    const messages = remembers ? memory.restore('owner', chat.messages) : chat.messages;
    const found = prompts.next('conversation', { ...chat, messages }).prefixBreak;
    if (found) breaks.push(found);
    if (remembers) expect(messages.slice(0, cached.length)).toEqual(cached);
    const replayed = chats[turn + 1]?.messages[messages.length];
    if (replayed?.role !== 'assistant') {
      cached = messages.slice(0, -1);
      continue;
    }
    const generated = toGenerated(replayed);
    answers += 1;
    memory.record('owner', messages, generated);
    prompts.append('conversation', { ...chat, messages }, generated);
    cached = [...messages, generated];
  }
  return { answers, breaks };
}

describe('the prompt of a turn and its answer are a prefix of the next prompt', () => {
  const folders = ['par', 'schema', 'readimg', 'tsearch2'].map((name) => `claude-code-2.1.330/${name}/`);
  const earlier = ['think', 'tool3'].map((name) => `claude-code-2.1.197/${name}/`);

  it.each([...folders, ...earlier])('in %s', (folder) => {
    // The client's requests for a title have no tools.
    const chats = recordedIn(folder).filter(({ tools }) => tools !== undefined);
    const { answers, breaks } = play(chats, true);
    expect(answers).toBeGreaterThan(0);
    // A tool that is revealed goes behind the others, and in front of the system prompt.
    expect(breaks.map(({ where }) => where)).toEqual(folder.includes('tsearch2') ? ['tools'] : []);
    expect(play(chats, false).breaks.filter(({ where }) => where === 'message').length).toBeGreaterThan(0);
  });
});
