// Writes docs/api from the doc comments of the packages, for VitePress to make pages of. Not kept in git.
import { readFileSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';

const { join } = posix;
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Where the sources of the published packages begin, by the name that is written in an `import`. */
const modules = Object.fromEntries(
  readdirSync(path('../packages')).flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(path(`../packages/${folder}/package.json`), 'utf8'));
    if (manifest.private) return [];
    return Object.entries(manifest.exports).flatMap(([name, { '@llama-messages/source': source }]) =>
      source ? [[join(manifest.name, name), path(`../packages/${join(folder, source)}`)]] : [],
    );
  }),
);

const application = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: Object.values(modules),
  tsconfig: path('./tsconfig.reference.json'),
  out: path('./api'),
  readme: 'none',
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  skipErrorChecking: true,
  githubPages: false,
  logLevel: 'Warn',
  validation: { invalidLink: true, notExported: false, notDocumented: false },
  treatWarningsAsErrors: true,
  // typedoc-plugin-markdown's
  entryFileName: 'index.md',
  router: 'member',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandObjects: false,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'list',
  typeAliasPropertiesFormat: 'table',
});

// A module is otherwise named after its file.
const names = new Map(Object.entries(modules).map(([name, source]) => [source, name]));
application.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
  const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName;
  if (reflection.parent?.isProject() && names.has(file)) reflection.name = names.get(file);
});

// A default is a word; a heading and a block for it would be most of the page of options.
application.renderer.on(MarkdownPageEvent.END, (page) => {
  page.contents = page.contents?.replaceAll(
    /^#+ Default Value\n\n(?:```ts\n(.*)\n```|(.+))$/gm,
    (_all, code, text) => `Default: ${code ?? text}`,
  );
});

const project = await application.convert();
if (!project) throw new Error('typedoc could not read the packages (see above).');
await rm(path('./api'), { recursive: true, force: true });
await application.generateOutputs(project);
if (application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1;
