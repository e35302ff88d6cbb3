import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the packages before the snippets run, which import them as a reader does. `npm test` has done so already. */
export function setup(): void {
  if (process.env['LLAMA_MESSAGES_BUILT'] !== undefined) return;
  const root = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync('pnpm', ['exec', 'turbo', 'run', 'build', '--filter=@llama-messages/docs^...'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}
