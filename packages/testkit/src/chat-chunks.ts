/**
 * Builders for chunks as llama-server streams them; `index` is the choice's and always 0.
 */

const base = {
  created: 1_795_360_601,
  id: 'chatcmpl-scripted',
  model: 'demo-model-q8_0.gguf',
  object: 'chat.completion.chunk',
};

type Json = Record<string, unknown>;

/** Returns a chunk with this delta. */
export function deltaChunk(delta: Json, finishReason: string | null = null): Json {
  return { choices: [{ finish_reason: finishReason, index: 0, delta }], ...base };
}

/** Returns a chunk that tells how much of the prompt was read, as llama-server sends it before the first token. */
export function progressChunk(total: number, cache: number, processed: number = cache): Json {
  return {
    ...deltaChunk({ role: 'assistant', content: null }),
    prompt_progress: { total, cache, processed, time_ms: 0 },
  };
}

/** Returns a chunk with a piece of the answer. */
export function textChunk(content: string): Json {
  return deltaChunk({ content });
}

/** Returns a chunk with a piece of a thought. */
export function reasoningChunk(text: string): Json {
  return deltaChunk({ reasoning_content: text });
}

/** One entry of `delta.tool_calls`: the first of a call carries `id` and `name`, later ones pieces of `arguments`. */
export interface ToolCallPiece {
  readonly index?: number;
  readonly id?: string;
  readonly name?: string;
  readonly arguments?: string;
}

/** Returns a chunk with pieces of tool calls. */
export function toolCallChunk(...pieces: readonly ToolCallPiece[]): Json {
  return deltaChunk({
    tool_calls: pieces.map((piece) => ({
      ...(piece.index !== undefined && { index: piece.index }),
      ...(piece.id !== undefined && { id: piece.id, type: 'function' }),
      function: {
        ...(piece.name !== undefined && { name: piece.name }),
        ...(piece.arguments !== undefined && { arguments: piece.arguments }),
      },
    })),
  });
}

/** Returns the chunk that ends a choice; `verbose` is what llama-server adds when asked which stop string matched. */
export function finishChunk(reason: 'stop' | 'length' | 'tool_calls', verbose?: Json): Json {
  return { ...deltaChunk({}, reason), ...(verbose && { __verbose: verbose }) };
}

/** Returns the chunk with the final counts, which has no choices. */
export function usageChunk(promptTokens: number, completionTokens: number, cachedTokens = 0): Json {
  return {
    choices: [],
    ...base,
    usage: {
      completion_tokens: completionTokens,
      prompt_tokens: promptTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: cachedTokens },
    },
  };
}

/** Returns the chunk that llama-server ends a failed stream with; no `[DONE]` follows. */
export function errorChunk(message: string, type = 'server_error', code = 500): Json {
  return { error: { code, message, type } };
}

/** Returns a whole answer of one text: progress, role, the pieces, the end and the counts. */
export function textAnswerChunks(...pieces: readonly string[]): Json[] {
  return [
    progressChunk(10, 0, 10),
    deltaChunk({ role: 'assistant', content: null }),
    ...pieces.map(textChunk),
    finishChunk('stop'),
    usageChunk(10, pieces.length),
  ];
}

/** Returns the same chunks, each made at another time: what differs in more than its text is not put together with what came in the same read. */
export function apart(chunks: readonly Json[]): Json[] {
  return chunks.map((chunk, created) => ({ ...chunk, created }));
}
