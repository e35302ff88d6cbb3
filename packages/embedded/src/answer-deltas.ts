import { randomBytes } from 'node:crypto';
import type { ChatDelta } from '@llama-messages/core';
import type { ParsedAnswer } from './llama-node.ts';
import type { StopWords } from './stop-words.ts';

/** Turns the engine's growing answer into what was added to it. */
export interface AnswerDeltas {
  /** True once a tool call was begun. */
  hasToolCalls(): boolean;
  /** Takes the whole answer so far; returns what is new, and the stop word that ends it, if one does. */
  push(answer: ParsedAnswer): { deltas: ChatDelta[]; word?: string };
  /** Returns the text that was held back as the possible start of a stop word. */
  flush(): ChatDelta[];
}

/**
 * Returns the state of one answer. Stop words are looked for in the text alone: a thought or a tool's arguments
 * may contain them, as in Anthropic's API. The engine names no tool calls, so their ids are minted here.
 */
export function createAnswerDeltas(stopWords: StopWords): AnswerDeltas {
  let sentReasoning = 0;
  let sentContent = 0;
  const sentArguments: number[] = [];

  function flush(): ChatDelta[] {
    const content = stopWords.flush();
    return content === '' ? [] : [{ content }];
  }

  return {
    hasToolCalls: () => sentArguments.length > 0,
    flush,
    push({ reasoning_content: reasoning = '', content = '', tool_calls: calls = [] }) {
      const deltas: ChatDelta[] = [];
      if (reasoning.length > sentReasoning) {
        deltas.push({ reasoning_content: reasoning.slice(sentReasoning) });
        sentReasoning = reasoning.length;
      }
      if (content.length > sentContent) {
        const { text, word } = stopWords.push(content.slice(sentContent));
        sentContent = content.length;
        if (text !== '') deltas.push({ content: text });
        if (word !== undefined) return { deltas, word };
      }
      calls.forEach((call, index) => {
        const { name, arguments: json } = call.function;
        if (name === '') return;
        let sent = sentArguments[index];
        if (sent === undefined) {
          deltas.push(...flush(), {
            tool_calls: [
              {
                index,
                id: `call_${randomBytes(12).toString('hex')}`,
                type: 'function',
                function: { name, arguments: '' },
              },
            ],
          });
          sent = sentArguments[index] = 0;
        }
        if (json.length > sent) {
          deltas.push({ tool_calls: [{ index, function: { arguments: json.slice(sent) } }] });
          sentArguments[index] = json.length;
        }
      });
      return { deltas };
    },
  };
}
