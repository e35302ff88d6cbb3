import type { StopReason } from '../messages/types.ts';

/** What an upstream said about the end of its answer. */
export interface Finish {
  /** `finish_reason`; undefined if it only said that it is done. */
  readonly reason: string | undefined;
  /** llama-server's `__verbose.stopping_word` where `stop_type` is `word`, or vLLM's `stop_reason` where it is a string. */
  readonly stopWord: string | undefined;
  /** llama-server's `__verbose.truncated`: the context window is full. */
  readonly truncated: boolean;
  readonly sawToolUse: boolean;
  readonly sawRefusal: boolean;
}

/**
 * Returns the API's stop reason. `stop_sequence` only if the word that stopped the model is one of the client's:
 * llama-server appends the template's own stop words to the list.
 */
export function toStopReason(
  finish: Finish,
  stopSequences: readonly string[],
): { stop_reason: StopReason; stop_sequence: string | null } {
  const reason = ((): StopReason => {
    if (finish.reason === 'length') return finish.truncated ? 'model_context_window_exceeded' : 'max_tokens';
    if (finish.reason === 'content_filter' || finish.sawRefusal) return 'refusal';
    if (finish.sawToolUse) return 'tool_use';
    return finish.stopWord !== undefined && stopSequences.includes(finish.stopWord)
      ? 'stop_sequence'
      : 'end_turn';
  })();
  return {
    stop_reason: reason,
    stop_sequence: reason === 'stop_sequence' ? (finish.stopWord ?? null) : null,
  };
}
