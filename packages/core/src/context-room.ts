import { MessagesError } from './errors.ts';

/** An answer of fewer tokens is not worth beginning. */
export const leastAnswerTokens = 256;

/**
 * Throws if the context window leaves too little room for an answer behind a prompt of `promptTokens`.
 * The sentences are what clients parse: the first starts the compaction of a conversation, the second makes them ask for
 * fewer tokens.
 *
 * @throws MessagesError `invalid_request_error`
 */
export function checkRoom(promptTokens: number, maxTokens: number, contextWindow: number | undefined): void {
  if (contextWindow === undefined) return;
  if (promptTokens >= contextWindow) {
    throw new MessagesError(
      'invalid_request_error',
      `prompt is too long: ${promptTokens} tokens > ${contextWindow} maximum`,
    );
  }
  const room = contextWindow - promptTokens;
  if (room < Math.min(maxTokens, leastAnswerTokens)) {
    throw new MessagesError(
      'invalid_request_error',
      `input length and \`max_tokens\` exceed context limit: ${promptTokens} + ${maxTokens} > ${contextWindow}, decrease input length or \`max_tokens\` and try again`,
    );
  }
}
