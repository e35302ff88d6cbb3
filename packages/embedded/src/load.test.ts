import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { embedded } from './index.ts';

const model = new URL('../../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a missing file is named', async () => {
  const path = join(folder, 'missing.gguf');
  await expect(embedded({ model: path }).load()).rejects.toThrow(`Cannot open the model file ${path}.`);
});

test('a file that is not GGUF is named, with the fix', async () => {
  const path = join(folder, 'model.gguf');
  await writeFile(path, '<html>404</html>');
  await expect(embedded({ model: path }).load()).rejects.toThrow(/is not a GGUF file\. Download/);
});

test('a download that was cut short is an error with the reason, not a crash', async () => {
  const path = join(folder, 'cut.gguf');
  await writeFile(path, (await readFile(model)).subarray(0, 1_500_000));
  await expect(embedded({ model: path }).load()).rejects.toThrow(
    /cannot load .*cut\.gguf: .*corrupted or incomplete/,
  );
});

test('a load can be tried again after it failed', async () => {
  const path = join(folder, 'late.gguf');
  const upstream = embedded({ model: path, contextSize: 512, gpuLayers: 0 });
  await expect(upstream.load()).rejects.toThrow('Cannot open');
  await writeFile(path, await readFile(model));
  await upstream.load();
  await upstream.close();
});

test('the GPU builds that are not installed are named', async () => {
  const upstream = embedded({ model: model.pathname, build: 'cuda' });
  await expect(upstream.load()).rejects.toThrow(/add @fugood\/node-llama-.*-cuda/);
});

test('options that cannot work fail at once', () => {
  expect(() => embedded({ model: '' })).toThrow('`model` must be the path');
  expect(() => embedded({ model: 'x.gguf', slots: 0 })).toThrow('`slots` must be a whole number');
});
