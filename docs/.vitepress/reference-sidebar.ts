import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

const folder = fileURLToPath(new URL('../api', import.meta.url));

/** Returns the modules in `docs/api`, which `reference.mjs` wrote, each with its members. */
export function referenceSidebar(): DefaultTheme.SidebarItem[] {
  return modules('').map((name) => ({
    text: name.slice(1),
    link: `/api${name}/`,
    collapsed: true,
    items: members(name),
  }));
}

function modules(path: string): string[] {
  const names = foldersIn(path).flatMap((name) => modules(`${path}/${name}`));
  return path !== '' && existsSync(`${folder}${path}/index.md`) ? [path, ...names] : names;
}

/** One folder a kind, such as `interfaces`, each with a page a member. */
function members(module: string): DefaultTheme.SidebarItem[] {
  return foldersIn(module)
    .filter((kind) => !existsSync(`${folder}${module}/${kind}/index.md`))
    .flatMap((kind) =>
      readdirSync(`${folder}${module}/${kind}`).map((file) => {
        const name = file.replace(/\.md$/, '');
        return { text: name, link: `/api${module}/${kind}/${name}` };
      }),
    )
    .sort((a, b) => a.text.localeCompare(b.text));
}

function foldersIn(path: string): string[] {
  const entries = readdirSync(`${folder}${path}`, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
