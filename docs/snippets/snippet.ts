import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Folders of `docs` whose pages nobody wrote. */
const generated = new Set(['api', 'dist', 'node_modules', '.vitepress', '.snippets']);

/** A fence of JavaScript or TypeScript in a page. */
export interface Snippet {
  /** The page and the line, such as `docs/guide/express.md:12`. */
  readonly where: string;
  readonly language: 'js' | 'ts';
  readonly code: string;
  /** It has an `import`: a whole module, that can be checked and run. */
  readonly isModule: boolean;
  /** What stands behind the language; see CONTRIBUTING.md. */
  readonly marks: {
    /** `base=/api`: the path below which its server is mounted; `/llm` if the code says so. */
    readonly base: string;
    /** `key=secret`: the key that its server wants, and without which it refuses. */
    readonly key: string | undefined;
    /** `says=…`, to the end of the line: what the model answers, where the snippet needs something in particular. */
    readonly says: string | undefined;
    /** `only-types`: it needs what is not here, such as a database, and is checked but not run. */
    readonly onlyTypes: boolean;
  };
}

/** Returns the JavaScript and TypeScript of the pages in `docs`, and of the README files of the repository. */
export function readSnippets(): Snippet[] {
  return [...pages(join(repository, 'docs')), ...readmes()].flatMap((page) =>
    toSnippets(relative(repository, page), readFileSync(page, 'utf8')),
  );
}

function pages(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return generated.has(entry.name) ? [] : pages(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** The front door's, and those that are published. */
function readmes(): string[] {
  const folders = readdirSync(join(repository, 'packages')).map((name) => join(repository, 'packages', name));
  const published = folders.filter((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { private?: boolean };
    return manifest.private !== true && existsSync(join(folder, 'README.md'));
  });
  return [repository, ...published].map((folder) => join(folder, 'README.md'));
}

function toSnippets(page: string, text: string): Snippet[] {
  const snippets: Snippet[] = [];
  for (const match of text.matchAll(/^```(js|ts)(?: ([^\n]*))?\n(.*?)^```$/gms)) {
    const [, language, info = '', code = ''] = match;
    snippets.push({
      where: `${page}:${text.slice(0, match.index).split('\n').length}`,
      language: language as 'js' | 'ts',
      code,
      isModule: /^import /m.test(code),
      marks: {
        base: /base=(\S+)/.exec(info)?.[1] ?? (/'\/?llm'/.test(code) ? '/llm' : ''),
        key: /key=(\S+)/.exec(info)?.[1],
        says: /says=(.*)$/.exec(info)?.[1],
        onlyTypes: /\bonly-types\b/.test(info),
      },
    });
  }
  return snippets;
}
