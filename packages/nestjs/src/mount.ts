import type { ApplicationConfig } from '@nestjs/core';

/** Returns `''` for the root, else `/a/b`. */
export function toMount(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  return segments.map((segment) => `/${segment}`).join('');
}

/**
 * Returns what may stand in front of the API's paths, the likeliest first: `setGlobalPrefix` can exclude routes.
 *
 * @remarks The prefix is set in `main.ts`, which is after the modules are made.
 */
export function toBases(config: ApplicationConfig, mount: string): [string, ...string[]] {
  const prefix = toMount(config.getGlobalPrefix());
  const isPartial = config.getGlobalPrefixOptions().exclude !== undefined;
  return prefix !== '' && isPartial ? [prefix + mount, mount] : [prefix + mount];
}
