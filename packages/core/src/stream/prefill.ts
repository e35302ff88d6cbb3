/**
 * Returns a function that takes the content of an answer in pieces and passes on what comes after `prefill`.
 * llama-server repeats the client's own beginning of a turn; the API returns the continuation only. If the answer
 * begins otherwise, nothing is lost. `end` releases what was held back. While it `isPassing`, it passes on all that it gets.
 */
export function createPrefillStripper(
  prefill: string,
  pass: (content: string) => void,
): { push(content: string): void; end(): void; isPassing(): boolean } {
  let expected = prefill;
  let held = '';

  function release(): void {
    const text = held;
    expected = '';
    held = '';
    if (text !== '') pass(text);
  }

  return {
    push(content) {
      if (expected === '') return pass(content);
      held += content;
      if (held.length >= expected.length) {
        if (held.startsWith(expected)) held = held.slice(expected.length);
        release();
      } else if (!expected.startsWith(held)) release();
    },
    end: release,
    isPassing: () => expected === '',
  };
}
