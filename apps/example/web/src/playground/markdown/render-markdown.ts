import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import { canCopy } from '../copy-button.tsx';
import type { MarkdownBlock } from './read-blocks.ts';

const marked = new Marked({
  renderer: {
    code({ text, lang }) {
      const language = (lang ?? '').split(/\s/)[0] ?? '';
      const copy = canCopy ? '<button type="button" class="quiet" data-copy>Copy</button>' : '';
      const head = `<div class="code-head"><span>${escapeHtml(language)}</span>${copy}</div>`;
      return `<div class="code-block">${head}<pre tabindex="0"><code>${escapeHtml(text)}</code></pre></div>`;
    },
    // As text: a model that writes HTML shows it, it does not build the page.
    html: ({ text }) => escapeHtml(text),
    // As a link: a picture that loads by itself could carry words of the conversation to its server.
    image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
    table(token) {
      const head = token.header.map((cell) => `<th>${this.parser.parseInline(cell.tokens)}</th>`).join('');
      const rows = token.rows
        .map(
          (row) =>
            `<tr>${row.map((cell) => `<td>${this.parser.parseInline(cell.tokens)}</td>`).join('')}</tr>`,
        )
        .join('');
      return `<div class="table" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
    },
  },
});

// Links open elsewhere: the conversation stays.
DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

/** Returns the HTML of a block, safe to put into the page. */
export function renderBlock({ token }: MarkdownBlock): string {
  return DOMPurify.sanitize(marked.parser([token]), {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['form', 'img', 'style'],
    FORBID_ATTR: ['style'],
  });
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
