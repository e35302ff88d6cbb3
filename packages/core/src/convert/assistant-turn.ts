import type { ChatMessage, ChatToolCall } from '../chat/types.ts';
import type { ContentBlockParam, MessageParam } from '../messages/types.ts';
import { isBlank, isKnownBlock, toBlockParts, toBlocks } from './content.ts';
import type { ConvertOptions } from './options.ts';
import { toReadableText } from './readable-text.ts';

/** One or more assistant messages in a row, which are one turn. */
export interface AssistantTurn {
  text: string;
  /** The text ends with a paragraph of our own wording, so that what follows begins a new one. */
  endsParagraph: boolean;
  readonly thinking: string[];
  readonly calls: ChatToolCall[];
  /** Which message each tool call stands in, for the wording of errors. */
  readonly messageOfCall: Map<string, number>;
}

export function createAssistantTurn(): AssistantTurn {
  return { text: '', endsParagraph: false, thinking: [], calls: [], messageOfCall: new Map() };
}

/**
 * Adds a message to the turn. Texts join without a gap, since the API splits one text into blocks at each citation.
 * Thinking is kept, as the next prompt must begin with what was generated; the signature is never verified.
 */
export function addAssistantMessage(
  turn: AssistantTurn,
  content: MessageParam['content'],
  index: number,
  options: ConvertOptions,
): void {
  for (const block of toBlocks(content)) {
    if (!isKnownBlock(block)) {
      addParagraph(turn, toReadableText(block));
      continue;
    }
    switch (block.type) {
      case 'text':
        addText(turn, block.text);
        break;
      case 'thinking': {
        const thinking =
          block.thinking === '' ? options.readSignature?.(block.signature ?? '') : block.thinking;
        if (thinking) turn.thinking.push(thinking);
        break;
      }
      case 'redacted_thinking':
        break;
      case 'tool_use':
        turn.messageOfCall.set(block.id, index);
        turn.calls.push({
          id: block.id,
          type: 'function',
          function: { name: block.name, arguments: JSON.stringify(block.input ?? {}) },
        });
        break;
      case 'image':
      case 'document':
      case 'search_result':
      case 'tool_reference':
      case 'tool_result':
        addParagraph(turn, textOf(block, options));
        break;
      default:
        block satisfies never;
    }
  }
}

/**
 * Returns the beginning of an answer that the model is to go on with, or undefined if the turn has no text.
 * Its thinking is left out: llama-server would repeat it in front of the answer, as it repeats the text.
 */
export function toPrefillMessage(turn: AssistantTurn): ChatMessage | undefined {
  return turn.text === '' ? undefined : { role: 'assistant', content: turn.text };
}

/** Returns the turn as one message; `content` is `''` rather than null, which some templates cannot render. */
export function toAssistantMessage(turn: AssistantTurn): ChatMessage {
  return {
    role: 'assistant',
    content: turn.text,
    ...(turn.thinking.length > 0 && { reasoning_content: turn.thinking.join('\n') }),
    ...(turn.calls.length > 0 && { tool_calls: [...turn.calls] }),
  };
}

function addText(turn: AssistantTurn, text: string): void {
  if (isBlank(text)) return;
  turn.text += turn.endsParagraph ? `\n\n${text}` : text;
  turn.endsParagraph = false;
}

function addParagraph(turn: AssistantTurn, text: string): void {
  if (isBlank(text)) return;
  turn.text += turn.text === '' ? text : `\n\n${text}`;
  turn.endsParagraph = true;
}

function textOf(block: ContentBlockParam, options: ConvertOptions): string {
  return toBlockParts(block, { ...options, model: { ...options.model, vision: false } })
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('\n\n');
}
