import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
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
      const open: string[] = [];
      for (const child of token.children ?? []) {
        if (child.type === 'link_open') {
          const href = String(child.attrGet('href'));
          const file = /^[a-z][a-z0-9+.-]*:|^[/#]/i.test(href)
            ? undefined
            : resolve(dirname(page), decodeURI(href.replace(/[?#].*$/, '')));
          const isOutside = file !== undefined && relative(folder, file).startsWith('..');
          open.push(isOutside ? 'span' : 'a');
          if (!isOutside) continue;
          if (!existsSync(file)) throw new Error(`${page} links to ${href}, and there is no such file.`);
          child.tag = 'span';
          child.attrs = [['title', relative(resolve(folder, '..'), file)]];
        } else if (child.type === 'link_close') child.tag = open.pop() ?? 'a';
      }
    }
  });
}
