import { readFileSync } from 'node:fs';

/** Returns the installed version of a dependency of this package. */
export function versionOf(dependency: string): string {
  const manifest = new URL(`../../node_modules/${dependency}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
