import { readBlocks, type MarkdownBlock } from './read-blocks.ts';

/** Returns the HTML of each block of a text that is the last one with more at its end. */
export type GrowingMarkdown = (text: string, isWhole: boolean) => readonly string[];

/** Where a link is given its address, which links anywhere in the text may use. */
const definition = /^ {0,3}\[[^\]]+\]:/m;

/**
 * Returns a reader that parses and renders each block about once, whatever the length of the text: only the last two blocks can still
 * change. (Two, since the beginning of a list item looks like a paragraph of its own.)
 */
export function createGrowingMarkdown(render: (block: MarkdownBlock) => string): GrowingMarkdown {
  let settledText = '';
  let settled: readonly string[] = [];

  return (text, isWhole) => {
    if (!text.startsWith(settledText) || (isWhole && definition.test(text))) {
      settledText = '';
      settled = [];
    }
    const before = settled;
    const blocks = readBlocks(text.slice(settledText.length));
    const visible = blocks.filter(({ isBlank }) => !isBlank);
    const html = visible.map(render);
    const firstOpen = visible.at(-2);
    if (firstOpen) {
      settledText += blocks
        .slice(0, blocks.indexOf(firstOpen))
        .map(({ raw }) => raw)
        .join('');
      settled = [...before, ...html.slice(0, -2)];
    }
    return [...before, ...html];
  };
}
