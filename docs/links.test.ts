import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const docs = join(repository, 'docs');

/** Not kept in git: made by `reference.mjs`, and checked by the build of the site. */
const reference = join(docs, 'api');

const pages = [
  ...['.', 'packages', 'apps', 'tools'].flatMap((folder) => markdownIn(join(repository, folder), 1)),
  ...markdownIn(docs, 2),
];

it('leads to files and headings that are there, in the repository and on the site', () => {
  const dead = pages.flatMap((page) =>
    linksIn(readFileSync(page, 'utf8')).flatMap((link) => {
      const complaint = check(page, link);
      return complaint === undefined ? [] : [`${relative(repository, page)}: ${link} ${complaint}`];
    }),
  );
  expect(dead.join('\n')).toBe('');
  expect(pages.length).toBeGreaterThan(20);
});

function check(page: string, link: string): string | undefined {
  const [path = '', anchor] = decodeURI(link).split('#');
  const file = path === '' ? page : resolve(dirname(page), path);
  if (file.startsWith(reference)) return undefined;
  if (!existsSync(file)) return 'leads to no file';
  if (anchor === undefined) return undefined;
  const target = statSync(file).isDirectory() ? join(file, 'README.md') : file;
  const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text]) => text ?? '');
  if (!headings.some((heading) => onGitHub(heading) === anchor)) return 'leads to no heading';
  // Pages are also read on the site, which makes other anchors of punctuation.
  if (!target.startsWith(docs) || headings.some((heading) => onTheSite(heading) === anchor)) return undefined;
  return 'leads to a heading with punctuation, which has another address on the site';
}

function linksIn(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link ?? '')
    .filter((link) => !/^(?:[a-z]+:|\/)/i.test(link));
}

function markdownIn(folder: string, depth: number): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return entry.name.endsWith('.md') ? [path] : [];
    const isSource = entry.isDirectory() && !/^(?:node_modules|api|dist|docs|\..*)$/.test(entry.name);
    return isSource && depth > 0 ? markdownIn(path, depth - 1) : [];
  });
}

function onGitHub(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** As `@mdit-vue/shared` does for VitePress. */
function onTheSite(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
