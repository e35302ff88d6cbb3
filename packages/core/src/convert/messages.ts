import type { ChatMessage } from '../chat/types.ts';
import { MessagesError } from '../errors.ts';
import { isBlank } from './content.ts';
import type { MessageParam } from '../messages/types.ts';
import {
  type AssistantTurn,
  addAssistantMessage,
  createAssistantTurn,
  toAssistantMessage,
  toPrefillMessage,
} from './assistant-turn.ts';
import type { ConvertOptions } from './options.ts';
import { toSystemTurnText } from './system.ts';
import { addSystemTurn, addUserMessage, createUserTurn, toUserMessages, type UserTurn } from './user-turn.ts';

export interface ChatTurns {
  /** Texts of the system turns before any other: part of the system prompt. */
  readonly openingTurns: string[];
  /** User, assistant and tool messages; never a system message. */
  readonly messages: ChatMessage[];
}

/**
 * Returns the conversation as chat messages. Messages of one role in a row are one turn; system turns are folded into
 * the turn before them, never looking at what follows, so that the prompt only ever grows at its end.
 *
 * @throws MessagesError `invalid_request_error` for a tool call without its result, in Anthropic's words.
 */
export function toChatMessages(messages: readonly MessageParam[], options: ConvertOptions): ChatTurns {
  const openingTurns: string[] = [];
  const chat: ChatMessage[] = [];
  let assistant: AssistantTurn | undefined;
  let user: UserTurn | undefined;

  /** Ends the assistant's turn and returns the user's that answers it. */
  const answerTurn = (): UserTurn => {
    if (user) return user;
    if (assistant) chat.push(toAssistantMessage(assistant));
    user = createUserTurn(assistant);
    assistant = undefined;
    return user;
  };

  for (const [index, message] of messages.entries()) {
    switch (message.role) {
      case 'assistant':
        if (user) {
          expectAllResults(user);
          chat.push(...toUserMessages(user));
          user = undefined;
        }
        assistant ??= createAssistantTurn();
        addAssistantMessage(assistant, message.content, index, options);
        break;
      case 'user':
        addUserMessage(answerTurn(), message.content, options);
        break;
      case 'system': {
        const text = toSystemTurnText(message.content);
        if (isBlank(text)) break;
        if (user === undefined && assistant === undefined) openingTurns.push(text);
        else addSystemTurn(answerTurn(), text);
        break;
      }
      default:
        message.role satisfies never;
    }
  }

  if (user) {
    expectAllResults(user);
    chat.push(...toUserMessages(user));
  }
  if (assistant) {
    expectAllResults(createUserTurn(assistant));
    const prefill = toPrefillMessage(assistant);
    if (prefill) chat.push(prefill);
  }
  if (chat.length === 0) {
    throw new MessagesError(
      'invalid_request_error',
      "messages: at least one message with role 'user' is required",
    );
  }
  return { openingTurns, messages: chat };
}

/** llama-server would render a call without its result, and the model then waits for one or makes it up. */
function expectAllResults(turn: UserTurn): void {
  const [first] = turn.awaited.values();
  if (first === undefined) return;
  const ids = [...turn.awaited.keys()].join(', ');
  throw new MessagesError(
    'invalid_request_error',
    `messages.${first}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids}. ` +
      'Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  );
}
