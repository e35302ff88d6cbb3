import type { ChatRequest, ChatTool } from '../chat/types.ts';
import { oncePerLasting } from '../memory/lasting.ts';

const charactersPerToken = 3.5;
const tokensPerImage = 1500;
/** Role markers and separators that a template puts around each message. */
const tokensPerMessage = 5;

const toolCharacters = oncePerLasting((tool: ChatTool) => JSON.stringify(tool).length);

/**
 * Returns about how many tokens the prompt of `request` has, a little too many rather than too few.
 * For upstreams that cannot count: text by its length, an image by a flat {@link tokensPerImage}, whatever its bytes.
 */
export function estimateTokens(request: ChatRequest): number {
  let characters = 0;
  for (const tool of request.tools ?? []) characters += toolCharacters(tool);
  let images = 0;
  for (const message of request.messages) {
    if (typeof message.content === 'string') characters += message.content.length;
    else {
      for (const part of message.content ?? []) {
        if (part.type === 'text') characters += part.text.length;
        else images += 1;
      }
    }
    if (message.role === 'assistant') {
      characters += message.reasoning_content?.length ?? 0;
      if (message.tool_calls) characters += JSON.stringify(message.tool_calls).length;
    }
  }
  return Math.ceil(
    characters / charactersPerToken + images * tokensPerImage + request.messages.length * tokensPerMessage,
  );
}
