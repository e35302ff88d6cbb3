import type { MarkdownRenderer } from 'vitepress';

/** Keeps the groups of a number such as 30 783 on one line. */
export function numbers(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('numbers', ({ tokens }) => {
    for (const { children } of tokens) {
      for (const child of children ?? []) {
        if (child.type === 'text') child.content = child.content.replaceAll(/(\d) (?=\d{3}\b)/g, '$1\u202F');
      }
    }
  });
}
