/** Finds stop words in streamed text and keeps every part of one from leaving. */
export interface StopWords {
  /** Returns the text that may leave now, and the stop word that ended it, if one did. */
  push(text: string): { text: string; word?: string };
  /** Returns what was held back as the possible start of a stop word. */
  flush(): string;
}

/** Returns a scanner for `words`; of two that match, the one that starts first wins, then the one listed first. */
export function createStopWords(words: readonly string[]): StopWords {
  const wanted = words.filter((word) => word !== '');
  let held = '';

  return {
    push(text) {
      if (wanted.length === 0) return { text };
      held += text;
      let at = -1;
      let found: string | undefined;
      for (const word of wanted) {
        const index = held.indexOf(word);
        if (index >= 0 && (at < 0 || index < at)) {
          at = index;
          found = word;
        }
      }
      if (found !== undefined) {
        const before = held.slice(0, at);
        held = '';
        return { text: before, word: found };
      }
      const safe = held.length - longestStart(held, wanted);
      const out = held.slice(0, safe);
      held = held.slice(safe);
      return { text: out };
    },
    flush() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

/** The length of the longest end of `text` that begins one of the words. */
function longestStart(text: string, words: readonly string[]): number {
  let longest = 0;
  for (const word of words) {
    for (let length = Math.min(word.length - 1, text.length); length > longest; length -= 1) {
      if (text.endsWith(word.slice(0, length))) longest = length;
    }
  }
  return longest;
}
