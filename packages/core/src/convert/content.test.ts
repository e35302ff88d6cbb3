import { describe, expect, it } from 'vitest';
import type { ContentBlockParam } from '../messages/types.ts';
import { joinParts, toParts } from './content.ts';

function convert(block: ContentBlockParam, vision?: boolean) {
  return joinParts(toParts([block], { model: { id: 'm', vision }, traits: {} }));
}
const png = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } } as const;
const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } as const;

describe('images', () => {
  it('are sent inline or by address', () => {
    expect(convert(png)).toEqual([{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }]);
    const url = 'https://example.com/a.png';
    expect(convert({ type: 'image', source: { type: 'url', url } })).toEqual([
      { type: 'image_url', image_url: { url } },
    ]);
  });

  it('are named to a model that cannot see, since llama-server would answer 500', () => {
    expect(convert(png, false)).toBe('[image omitted: this model cannot see images]');
    const nested = { type: 'document', source: { type: 'content', content: [png] } } as const;
    expect(convert(nested, false)).toBe(
      '<document>\n[image omitted: this model cannot see images]\n</document>',
    );
  });
});

describe('documents', () => {
  it('are inlined as text, with title and context', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'Once upon' } as const;
    expect(convert({ type: 'document', source })).toBe('<document>\nOnce upon\n</document>');
    expect(convert({ type: 'document', source, title: 'A "B" <C>', context: 'x & y' })).toBe(
      '<document title="A &quot;B&quot; &lt;C&gt;" context="x &amp; y">\nOnce upon\n</document>',
    );
  });

  it('are inlined block by block, images too', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    expect(convert({ type: 'document', source: { type: 'content', content } })).toBe(
      '<document>\na\n\nb\n</document>',
    );
    expect(convert({ type: 'document', source: { type: 'content', content: 'c' } })).toBe(
      '<document>\nc\n</document>',
    );
    expect(
      convert({ type: 'document', title: 'T', source: { type: 'content', content: [...content, png] } }),
    ).toEqual([
      { type: 'text', text: '<document title="T">\n\na\n\nb' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'text', text: '</document>' },
    ]);
  });

  it('in PDF are named, not refused', () => {
    const reason = 'omitted: PDF files cannot be read here; send its text instead]';
    expect(convert({ type: 'document', source: pdf, title: 'Report' })).toBe(`[document "Report" ${reason}`);
    expect(convert({ type: 'document', source: { type: 'url', url: 'https://x/y.pdf' } })).toBe(
      `[document ${reason}`,
    );
  });
});

describe('other blocks', () => {
  it('of search results become text with their source', () => {
    const content = [{ type: 'text' as const, text: 'found' }];
    expect(convert({ type: 'search_result', title: 'T', source: 'https://s', content })).toBe(
      '<search_result title="T" source="https://s">\nfound\n</search_result>',
    );
  });

  it.each<[ContentBlockParam, string]>([
    [{ type: 'hologram', text: 'hello' }, 'hello'],
    [{ type: 'hologram', content: [{ type: 'text', text: 'a' }, 'b'] }, 'a\nb'],
    [{ type: 'hologram' }, ''],
    [{ type: 'container_upload', file_id: 'f' }, ''],
    [{ type: 'fallback' }, ''],
    [{ type: 'mcp_tool_use', id: 'a', name: 'f', input: { x: 1 } }, '[Called f with {"x":1}]'],
    [
      { type: 'mcp_tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'r' }] },
      '[Result of mcp]\nr',
    ],
    [
      { type: 'bash_code_execution_tool_result', content: { type: 'r', stdout: 'hi', return_code: 0 } },
      '[Result of bash_code_execution]\n{"type":"r","stdout":"hi","return_code":0}',
    ],
    [
      {
        type: 'web_fetch_tool_result',
        content: { url: 'https://x', content: { type: 'document', source: pdf } },
      },
      '[Result of web_fetch]\n{"url":"https://x","content":{"type":"document"}}',
    ],
    [{ type: 'thinking', thinking: 'not for the user' }, ''],
  ])('are read as far as they can be: %j', (block, expected) => {
    expect(convert(block)).toBe(expected);
  });
});
