// Writes docs/api from the doc comments of the packages, for VitePress to make pages of. Not kept in git.
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Application, Converter } from 'typedoc';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** The entries of the packages, by the name that is written in an `import`. */
const modules = {
  '@llama-messages/core': 'core/src/index.ts',
  '@llama-messages/core/node': 'core/src/node/index.ts',
  '@llama-messages/core/fetch': 'core/src/fetch/index.ts',
  '@llama-messages/express': 'express/src/index.ts',
  '@llama-messages/fastify': 'fastify/src/index.ts',
  '@llama-messages/nestjs': 'nestjs/src/index.ts',
  '@llama-messages/embedded': 'embedded/src/index.ts',
};

const application = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: Object.values(modules).map((entry) => path(`../packages/${entry}`)),
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
const names = new Map(Object.entries(modules).map(([name, entry]) => [path(`../packages/${entry}`), name]));
application.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
  const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName;
  if (reflection.parent?.isProject() && names.has(file)) reflection.name = names.get(file);
});

const project = await application.convert();
if (!project) throw new Error('typedoc could not read the packages (see above).');
await rm(path('./api'), { recursive: true, force: true });
await application.generateOutputs(project);
if (application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1;
