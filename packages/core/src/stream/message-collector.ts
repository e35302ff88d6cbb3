import type { MessagesError } from '../errors.ts';
import type { ContentBlock, Message } from '../messages/types.ts';
import type { MessageSink } from './message-sink.ts';

/** A {@link MessageSink} that builds the one message of a request that was not streamed. */
export interface MessageCollector extends MessageSink {
  /**
   * Returns the whole message.
   * @throws MessagesError if the answer failed; there are no half answers.
   */
  message(): Message;
}

/** Returns a sink that builds a {@link Message}. A tool input that was cut by the token limit becomes `{}`, as the SDK's stream does. */
export function createMessageCollector(): MessageCollector {
  let collected: Message | undefined;
  let failure: MessagesError | undefined;
  let inputJson = '';

  function block<Type extends ContentBlock['type']>(
    index: number,
    type: Type,
  ): Extract<ContentBlock, { type: Type }> {
    const found = collected?.content[index];
    if (found?.type !== type) throw new Error(`Block ${index} is not a ${type} block`);
    return found as Extract<ContentBlock, { type: Type }>;
  }

  return {
    start(message) {
      collected = { ...message, content: [] };
    },
    blockStart(index, content) {
      collected?.content.splice(index, 1, { ...content });
      inputJson = '';
    },
    text(index, text) {
      block(index, 'text').text += text;
    },
    textJson(index, textJson) {
      block(index, 'text').text += unescape(textJson);
    },
    thinking(index, thinking) {
      block(index, 'thinking').thinking += thinking;
    },
    thinkingJson(index, thinkingJson) {
      block(index, 'thinking').thinking += unescape(thinkingJson);
    },
    signature(index, signature) {
      block(index, 'thinking').signature = signature;
    },
    inputJson(_index, partialJson) {
      inputJson += partialJson;
    },
    blockStop(index) {
      if (collected?.content[index]?.type === 'tool_use') block(index, 'tool_use').input = toInput(inputJson);
    },
    delta(delta, usage) {
      if (collected) collected = { ...collected, ...delta, usage: { ...collected.usage, ...usage } };
    },
    stop() {},
    ping() {},
    fail(error) {
      failure = error;
    },
    message() {
      if (failure) throw failure;
      if (!collected) throw new Error('The message has not been started');
      return collected;
    },
  };
}

function unescape(json: string): string {
  return JSON.parse(`"${json}"`) as string;
}

function toInput(json: string): Record<string, unknown> {
  if (json === '') return {};
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return {};
  }
}
