import type { ChatRequest } from '@llama-messages/core';

/** What knows every prompt of a run. */
export interface PromptBound {
  /**
   * Returns how many tokens of the prompt of `chat` stand at the beginning of an earlier prompt as well: no cache of
   * prompts can save more. Remembers the prompt.
   */
  add(chat: ChatRequest): Promise<number>;
}

/**
 * Returns a bound for the llama-server at `url`, whose own template and tokenizer render each request. Neither takes a
 * slot or touches a cache.
 */
export function createPromptBound(url: string): PromptBound {
  const prompts: (readonly number[])[] = [];
  return {
    async add(chat) {
      const { prompt } = (await post(`${url}/apply-template`, chat)) as { prompt: string };
      const content = { content: prompt, add_special: true, parse_special: true };
      const { tokens } = (await post(`${url}/tokenize`, content)) as { tokens: number[] };
      const bound = Math.max(0, ...prompts.map((earlier) => commonLength(earlier, tokens)));
      prompts.push(tokens);
      return bound;
    },
  };
}

/** Returns how many tokens two prompts have in common at their beginnings. */
function commonLength(first: readonly number[], second: readonly number[]): number {
  const shorter = Math.min(first.length, second.length);
  let length = 0;
  while (length < shorter && first[length] === second[length]) length++;
  return length;
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
