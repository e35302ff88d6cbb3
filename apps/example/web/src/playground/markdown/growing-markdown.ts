import { readBlocks, renderBlock } from './render-markdown.ts';

/** Returns the HTML of each block of a text that is the last one with more at its end. */
export type GrowingMarkdown = (text: string, isWhole: boolean) => readonly string[];

/**
 * Returns a reader that parses each block about once, whatever the length of the text: only the last two blocks can still
 * change. (Two, since the beginning of a list item looks like a paragraph of its own.) The whole text is parsed once more
 * when it has ended, for links that are defined at its end.
 */
export function createGrowingMarkdown(): GrowingMarkdown {
  let settledText = '';
  let settled: readonly string[] = [];

  return (text, isWhole) => {
    if (isWhole || !text.startsWith(settledText)) {
      settledText = '';
      settled = [];
    }
    const blocks = readBlocks(text.slice(settledText.length));
    const visible = blocks.filter(({ isBlank }) => !isBlank);
    const html = visible.map(renderBlock);
    const firstOpen = visible.at(-2);
    const before = settled;
    if (firstOpen && !isWhole) {
      const open = blocks.indexOf(firstOpen);
      settledText += blocks
        .slice(0, open)
        .map(({ raw }) => raw)
        .join('');
      settled = [...before, ...html.slice(0, -2)];
    }
    return [...before, ...html];
  };
}
