import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const model = join(here, '../../../tools/demo-model/demo-model-q8_0.gguf');
let folder: string;

/** A plain Node process runs the package as a bundle, because Node 20 does not read TypeScript. */
beforeAll(async () => {
  folder = await mkdtemp(join(here, '../node_modules/.close-'));
  await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@llama-messages/source', 'node', 'import', 'module', 'default'] },
    ssr: {
      noExternal: true,
      external: ['@fugood/llama.node'],
      resolve: { conditions: ['@llama-messages/source', 'node', 'import', 'module', 'default'] },
    },
    build: { ssr: join(here, 'index.ts'), outDir: folder },
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([1, 2])('close in the middle of an answer ends the process (%i slots)', async (slots) => {
  const script = join(folder, `close-${slots}.mjs`);
  await writeFile(
    script,
    `import { embedded } from './index.js';
    const upstream = embedded({ model: ${JSON.stringify(model)}, contextSize: 2048, slots: ${slots}, threads: 1, gpuLayers: 0 });
    const call = { signal: new AbortController().signal, requestId: 'req' };
    const request = { model: 'm', messages: [{ role: 'user', content: 'Count from 1 to 9' }], max_tokens: 2000, temperature: 0 };
    const left = await upstream.stream(request, call);
    for await (const batch of left) break;
    const cut = await upstream.stream(request, call);
    const reader = (async () => { for await (const batch of cut); })().catch((error) => error);
    await upstream.close();
    const error = await reader;
    const refused = await upstream.stream(request, call).catch((reason) => reason);
    console.log('\\nEND ' + JSON.stringify([error?.status, refused.status]));
    `,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 10_000 });
  expect(stdout).toContain('END [529,529]');
});
