import { existsSync } from 'node:fs';
import { dirname, extname, relative, resolve } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

/**
 * Makes links to files of the repository that are not pages, such as `../packages/express`, plain text with the file's
 * path as its title: they work where the repository is read, and the site has no address of it.
 *
 * @throws Error if there is no such file, so that the build fails as it does for a dead link between pages
 */
export function outsideLinks(markdown: MarkdownRenderer, folder: string): void {
  markdown.core.ruler.push('outside-links', ({ tokens, env }) => {
    const page: string = env.path;
    for (const token of tokens) {
      const tags: string[] = [];
      for (const child of token.children ?? []) {
        if (child.type === 'link_open') {
          const file = toFile(page, String(child.attrGet('href')), folder);
          tags.push(file === undefined ? 'a' : 'span');
          if (file === undefined) continue;
          child.tag = 'span';
          child.attrs = [
            ['class', 'file'],
            ['title', file],
          ];
        } else if (child.type === 'link_close') child.tag = tags.pop() ?? 'a';
      }
    }
  });
}

/** Returns the path in the repository of what is linked to, or undefined if that is a page or an address. */
function toFile(page: string, href: string, folder: string): string | undefined {
  const path = decodeURI(href.replace(/[?#].*$/, ''));
  if (path === '' || /^[a-z][a-z0-9+.-]*:|^\//i.test(path)) return undefined;
  const file = resolve(dirname(page), path);
  const isPage = !relative(folder, file).startsWith('..') && ['', '.md', '.html'].includes(extname(file));
  if (isPage) return undefined;
  if (!existsSync(file)) throw new Error(`${page} links to ${href}, and there is no such file.`);
  return relative(resolve(folder, '..'), file);
}
