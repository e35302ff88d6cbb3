import { loadRecording } from '../recording.ts';

/** The first and the last token of a held answer, for the load generator to see them pass. */
export const marks = { first: '<first token>', last: '<last token>' } as const;

/**
 * Returns the tokens that answers are made of: the prose of a recorded prompt in pieces of a word at most, with the line
 * breaks, quotes and backticks that stand there.
 */
export function loadPieces(): string[] {
  const system = loadRecording('plain').requests[0]?.body.system ?? [];
  const text = typeof system === 'string' ? system : system.map((block) => block.text).join('\n');
  return (text.match(/\s?[^\s]{1,6}|\s+/g) ?? []).slice(0, 2000);
}
