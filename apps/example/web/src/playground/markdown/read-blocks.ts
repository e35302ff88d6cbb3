import { lexer, type Token } from 'marked';

/** A block of a text: a paragraph, a list, a code block, blank lines. */
export interface MarkdownBlock {
  /** The characters it was read from. */
  readonly raw: string;
  readonly isBlank: boolean;
  readonly token: Token;
}

/** Returns the blocks of a text, which together hold all of it. */
export function readBlocks(text: string): readonly MarkdownBlock[] {
  return lexer(text).map((token) => ({ raw: token.raw, isBlank: token.type === 'space', token }));
}
