import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  commit,
  hubServer,
  repository,
  sha256,
  type HubServerOptions,
  type HubServer,
} from '../testing/hub-server.ts';
import { demoModel, readyUrl, runApp } from '../testing/run-app.ts';
import { downloadModel } from './download-model.ts';

const content = randomBytes(3_000_000);
const name = 'demo-Q4_K_M.gguf';
const reference = `hf:${repository}`;

let home: string;
let messages: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'llama-messages-'));
  messages = '';
  const log = vi.spyOn(console, 'error').mockImplementation((line: string) => {
    messages += `${line}\n`;
  });
  for (const variable of ['HF_TOKEN', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_HUB_OFFLINE'])
    vi.stubEnv(variable, undefined);
  vi.stubEnv('HF_HOME', home);
  onTestFinished(() => {
    log.mockRestore();
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  });
});

async function hub(options: Partial<HubServerOptions> = {}): Promise<HubServer> {
  const server = await hubServer({ files: { [name]: content }, ...options });
  vi.stubEnv('HF_ENDPOINT', server.url);
  return server;
}

function download(wanted = ''): Promise<string> {
  return downloadModel(reference + wanted, new AbortController().signal);
}

const cacheFolder = (): string => join(home, 'hub', 'models--owner--demo-GGUF');
const blobs = (): string[] => readdirSync(join(cacheFolder(), 'blobs'));

describe('downloadModel', () => {
  test('downloads into the layout of the cache of Hugging Face, once', async () => {
    const server = await hub();
    const path = await download();
    expect(path).toBe(join(cacheFolder(), 'snapshots', commit, name));
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(realpathSync(path)).toBe(realpathSync(join(cacheFolder(), 'blobs', sha256(content))));
    expect(readFileSync(join(cacheFolder(), 'refs', 'main'), 'utf8')).toBe(commit);
    expect(messages).toContain(
      `Downloading ${name} from ${new URL(server.url).host}: 3.0 MB, into ${cacheFolder()}`,
    );

    expect(await download()).toBe(path);
    expect(server.downloads).toHaveLength(1);
  });

  test('without a wish takes Q4_K_M, and says which others there are', async () => {
    await hub({ files: { 'demo-Q8_0.gguf': randomBytes(9), [name]: content } });
    expect(basename(await download())).toBe(name);
    expect(messages).toContain(`Of ${repository}, Q4_K_M is taken.`);
    expect(messages).toContain('demo-Q8_0.gguf');
    expect(basename(await download(':q8_0'))).toBe('demo-Q8_0.gguf');
  });

  test('goes on by itself where a connection broke', async () => {
    const server = await hub();
    server.breakAfter(1_000_000, 'cut');
    expect(readFileSync(await download()).equals(content)).toBe(true);
    const [, second] = server.downloads;
    expect(second?.range).toMatch(/^bytes=[1-9]\d*-2999999$/);
  });

  test('begins again where the server cannot go on in the middle', async () => {
    const server = await hub({ ignoresRanges: true });
    server.breakAfter(1_000_000, 'cut');
    expect(readFileSync(await download()).equals(content)).toBe(true);
    expect(server.downloads.length).toBeGreaterThan(2);
  });

  test('refuses content that is not what was announced, and keeps none of it', async () => {
    await hub({ lies: { sha256: 'f'.repeat(64) } });
    await expect(download()).rejects.toThrow(
      `What was downloaded as ${name} is damaged (${sha256(content)} instead of ${'f'.repeat(64)}), and was removed.`,
    );
    expect(blobs()).toEqual([]);
  });

  test('refuses to begin what the disk has no room for', async () => {
    const server = await hub({ lies: { size: 5e15 } });
    await expect(download()).rejects.toThrow(
      /demo-Q4_K_M\.gguf takes 5000 TB, and the disk with .* has .* free\./,
    );
    expect(server.downloads).toEqual([]);
  });

  test('a model in parts: the path of the first, beside the others', async () => {
    const [first, second] = ['demo-Q8_0-00001-of-00002.gguf', 'demo-Q8_0-00002-of-00002.gguf'] as const;
    await hub({ files: { [`Q8_0/${second}`]: randomBytes(7), [`Q8_0/${first}`]: content } });
    const path = await download();
    expect(path).toBe(join(cacheFolder(), 'snapshots', commit, 'Q8_0', first));
    expect(readdirSync(dirname(path)).toSorted()).toEqual([first, second]);
    expect(messages).toContain('Downloading Q8_0 in 2 parts');
  });

  test('a gated model: says what to do, and sends the token that it gets', async () => {
    const server = await hub({ token: 'hf_right' });
    await expect(download()).rejects.toThrow(
      `accept its terms at ${server.url}/${repository} and set HF_TOKEN to a token of yours`,
    );
    vi.stubEnv('HF_TOKEN', 'hf_wrong');
    await expect(download()).rejects.toThrow('The token in HF_TOKEN is not accepted');
    vi.stubEnv('HF_TOKEN', 'wrong');
    await expect(download()).rejects.toThrow('HF_TOKEN is no token of Hugging Face: those begin with hf_.');
    vi.stubEnv('HF_TOKEN', 'hf_right');
    await download();
    // The store behind the redirect has the same origin here, so fetch sends it there too.
    expect(server.downloads[0]?.authorization).toBe('Bearer hf_right');
  });

  test('no such model, no such file', async () => {
    const server = await hub();
    const signal = new AbortController().signal;
    await expect(downloadModel('hf:owner/nothing', signal)).rejects.toThrow(
      `There is no model owner/nothing at ${server.url}. Is OWNER/REPO written right?`,
    );
    await expect(download(':Q2_K')).rejects.toThrow(`There is no Q2_K in ${repository}. It has:\n  Q4_K_M `);
  });

  test('without a network: what is in the cache, or what is missing', async () => {
    const server = await hub();
    const path = await download();
    await server.close();
    expect(await download()).toBe(path);
    expect(await download(':Q4_K_M')).toBe(path);
    expect(messages).toContain(`${name} is taken from the cache.`);
    await expect(download(':Q8_0')).rejects.toThrow(`There is no Q8_0 in the cache of ${repository}.`);

    vi.stubEnv('HF_HOME', join(home, 'empty'));
    await expect(download()).rejects.toThrow(
      /^127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED.*, and owner\/demo-GGUF is not in the cache \(.*empty/,
    );
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await expect(download()).rejects.toThrow(
      'HF_HUB_OFFLINE is set, and owner/demo-GGUF is not in the cache',
    );
  });
});

describe('npm start -- --model hf:…', () => {
  const model = readFileSync(demoModel);

  test('killed in the middle: the next start goes on there, and serves the model', async () => {
    const server = await hub({ files: { 'demo-model-Q8_0.gguf': model } });
    const env = { HF_ENDPOINT: server.url, HF_HOME: home };
    server.breakAfter(1_000_000, 'stall');
    const killed = runApp(['--port', '0', '--model', reference], env);
    const incomplete = join(cacheFolder(), 'blobs', `${sha256(model)}.incomplete`);
    while (!existsSync(incomplete) || readFileSync(incomplete).length < 1_000_000) await delay(20);
    killed.child.kill('SIGKILL');
    await killed.exit;
    expect(killed.output()).toContain('Downloading demo-model-Q8_0.gguf');

    const app = runApp(['--port', '0', '--model', reference], env);
    await readyUrl(app);
    expect(app.output()).toMatch(/2\.2 MB, 1\.2 MB of them still to come/);
    expect(app.output()).toContain('demo-model-Q8_0)');
    expect(server.downloads.at(-1)?.range).toMatch(/^bytes=1000000-/);
  });

  test('what cannot be downloaded: one line, exit code 1', async () => {
    const server = await hub();
    const app = runApp(['--model', 'hf:owner/nothing'], { HF_ENDPOINT: server.url, HF_HOME: home });
    expect(await app.exit).toBe(1);
    expect(app.output()).toBe(
      `There is no model owner/nothing at ${server.url}. Is OWNER/REPO written right?\n`,
    );
  });

  test('Ctrl-C while it downloads ends it at once, with exit code 0', async () => {
    const server = await hub();
    server.breakAfter(1_000, 'stall');
    const app = runApp(['--model', reference], { HF_ENDPOINT: server.url, HF_HOME: home });
    await app.printed(/Downloading/);
    app.child.kill('SIGINT');
    expect(await app.exit).toBe(0);
  });
});

const program = process.env['LLAMA_SERVER'] ?? '';
if (program === '') {
  console.warn(
    'SKIPPED: that llama-server finds what was downloaded. Set LLAMA_SERVER to a llama-server to run it.',
  );
}

test.skipIf(program === '')(
  'llama-server finds it in the cache by its own -hf, without a network',
  async () => {
    await hub({ files: { 'demo-model-Q8_0.gguf': readFileSync(demoModel) } });
    await download();
    const { spawn } = await import('node:child_process');
    const server = spawn(program, ['--offline', '-hf', `${repository}:Q8_0`, '--port', '0', '--no-repack'], {
      env: { ...process.env, HF_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void server.kill('SIGKILL'));
    let log = '';
    for (const stream of [server.stdout, server.stderr]) {
      stream.on('data', (data: Buffer) => {
        log += data.toString();
        server.emit('log');
      });
    }
    while (!/model loaded|exiting/.test(log)) await once(server, 'log');
    expect(log).toContain('model loaded');
  },
);
