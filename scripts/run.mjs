// What `npm start` and `npm test` run. It needs Node and npm, and gets everything else itself.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run } from './child.mjs';
import { environmentWithPnpm, installPackages } from './pnpm.mjs';
import { test } from './test.mjs';

const app = join(root, 'apps', 'example', 'dist', 'main.js');
const [, , task, ...args] = process.argv;

async function buildApp(env) {
  const { code, output } = await run('turbo', ['run', 'build', '--filter=@llama-messages/example...'], {
    env,
  });
  if (code !== 0) throw new Error(`${output.trimEnd()}\n\nThe example app could not be built (see above).`);
}

try {
  const env = await environmentWithPnpm();
  await installPackages(env);
  if (task === 'test') process.exitCode = await test(env, args);
  else if (task === 'build') await buildApp(env);
  else if (task === 'start') {
    await buildApp(env);
    // The app runs in this very process: signals and the exit code are its own, and killing it leaves nothing behind.
    process.argv = [process.execPath, app, ...args];
    await import(pathToFileURL(app).href);
  } else throw new Error('usage: node scripts/run.mjs start|build|test [options]');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (task === 'test') console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
