import { signal } from '@preact/signals';

export const pages = ['playground', 'inspector', 'server'] as const;
export type Page = (typeof pages)[number];

/** The page that the address's hash names; any other hash means the playground. */
export const page = signal<Page>(readPage());

addEventListener('hashchange', () => {
  page.value = readPage();
});

/** Returns the address of a page, for links. */
export function pageHref(name: Page): string {
  return name === 'playground' ? '#/' : `#/${name}`;
}

function readPage(): Page {
  const [, name] = location.hash.split('/');
  return pages.find((known) => known === name) ?? 'playground';
}
