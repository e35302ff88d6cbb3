import { useMemo, useRef } from 'preact/hooks';
import { copyText } from '../copy-button.tsx';
import { createGrowingMarkdown } from './growing-markdown.ts';
import { renderBlock } from './render-markdown.ts';
import './markdown.css';

/** A text in markdown, which may still grow. */
export function Markdown({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const read = useRef(createGrowingMarkdown(renderBlock));
  const blocks = useMemo(() => read.current(text, !isGrowing), [text, isGrowing]);
  return (
    <div class={`markdown ${isGrowing ? 'growing' : ''}`} onClick={copyCode}>
      {blocks.map((html, index) => (
        // The library's HTML, sanitized; a block that has not changed is not touched.
        <div key={index} dangerouslySetInnerHTML={{ __html: html }} />
      ))}
    </div>
  );
}

async function copyCode({ target }: Event): Promise<void> {
  if (!(target instanceof HTMLElement) || !('copy' in target.dataset)) return;
  const code = target.closest('.code-block')?.querySelector('code')?.textContent ?? '';
  if (await copyText(code)) target.textContent = 'Copied';
}
