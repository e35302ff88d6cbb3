import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Imports what `specifier` is for a package of a checkout: the package itself by its name, or a dependency of it. So a
 * server is made of one checkout's packages and of the frameworks that belong to them.
 */
export async function importFrom<Module>(
  checkout: string,
  folder: string,
  specifier: string,
): Promise<Module> {
  const manifest = join(checkout, 'packages', folder, 'package.json');
  let file: string;
  try {
    file = createRequire(manifest).resolve(specifier);
  } catch (cause) {
    throw new Error(`${manifest} finds no ${specifier}: install and build that checkout first`, { cause });
  }
  return (await import(pathToFileURL(file).href)) as Module;
}
