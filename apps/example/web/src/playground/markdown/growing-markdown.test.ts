import { parser } from 'marked';
import { describe, expect, test } from 'vitest';
import { createGrowingMarkdown } from './growing-markdown.ts';
import type { MarkdownBlock } from './read-blocks.ts';

const text = `# Title

A [link][1], \`code\` and **bold**.

- one

  more of one

- two

between

1. a

2. b
   - c

> quoted
lazily

| a | b |
|---|---|
| 1 | 2 |
| 3 | 4 |

~~~js
const a = "\`\`\`";


last();
~~~

Heading
===

    indented

***

[1]: https://example.com/there
`;

const render = ({ token }: MarkdownBlock): string => parser([token]);

const readWhole = (whole: string): readonly string[] => createGrowingMarkdown(render)(whole, true);

describe('createGrowingMarkdown', () => {
  test('a text that came letter by letter looks like one that came whole', () => {
    const read = createGrowingMarkdown(render);
    for (let length = 1; length < text.length; length += 1) read(text.slice(0, length), false);
    const grown = read(text, true);
    expect(grown).toEqual(readWhole(text));
    expect(grown.join('')).toContain('href="https://example.com/there"');
  });

  test('also without the definition, which has the whole parsed once more', () => {
    const plain = text.replace(/^\[1\].*\n/m, '');
    const read = createGrowingMarkdown(render);
    for (let length = 1; length < plain.length; length += 1) read(plain.slice(0, length), false);
    expect(read(plain, true)).toEqual(readWhole(plain));
  });

  test('a long text is not rendered again and again', () => {
    let rendered = 0;
    const read = createGrowingMarkdown((block) => {
      rendered += block.raw.length;
      return render(block);
    });
    const paragraphs = Array.from({ length: 500 }, (_, index) => `Paragraph ${index} of many.\n\n`);
    paragraphs.forEach((_, index) => read(paragraphs.slice(0, index + 1).join(''), false));
    expect(rendered).toBeLessThan(4 * paragraphs.join('').length);
  });

  test('another text begins anew', () => {
    const read = createGrowingMarkdown(render);
    read('One\n\nTwo\n\nThree\n\nFour', false);
    expect(read('Other', false)).toEqual(['<p>Other</p>\n']);
  });
});
