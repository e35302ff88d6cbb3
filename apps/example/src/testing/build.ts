import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the app before its tests, which run what a user runs. `npm test` has done so already. */
export function setup(): void {
  if (process.env['LLAMA_MESSAGES_BUILT'] !== undefined) return;
  const script = fileURLToPath(new URL('../../../../scripts/run.mjs', import.meta.url));
  execFileSync(process.execPath, [script, 'build'], { stdio: 'inherit' });
}
