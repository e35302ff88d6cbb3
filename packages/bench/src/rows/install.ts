import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InstalledPackage, InstallResult } from '../report/results.ts';

const run = promisify(execFile);

/** Why a user has to install it. Each package that comes has to have its reason here. */
const reasons: Readonly<Record<string, string>> = {
  '@llama-messages/core': 'the bridge; sources and maps for debuggers are in it',
  '@llama-messages/express': 'the adapter',
  typebox: 'validation of requests that tells what is wrong and where; no dependencies of its own',
  '@noble/hashes':
    'hashes and signatures that are synchronous in every runtime: Web Crypto is not, `node:crypto` is not everywhere',
};

/**
 * Packs core and the Express adapter as they are published, installs them with npm into an empty folder, and looks at what
 * came.
 *
 * @throws Error if a package came that has no reason to
 */
export async function measureInstall(checkout: string): Promise<InstallResult> {
  const folder = mkdtempSync(join(tmpdir(), 'llama-messages-install-'));
  try {
    for (const name of ['core', 'express']) {
      await run('pnpm', ['pack', '--pack-destination', folder], { cwd: join(checkout, 'packages', name) });
    }
    const tarballs = readdirSync(folder).map((file) => `./${file}`);
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs], {
      cwd: folder,
    });
    return readInstall(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly peer?: boolean }>>;
}

function readInstall(folder: string): InstallResult {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as Lockfile;
  const ours: InstalledPackage[] = [];
  let framework = { name: 'Express', packages: 0, bytes: 0 };
  for (const [path, { version, peer }] of Object.entries(packages)) {
    if (path === '') continue;
    const bytes = sizeOf(join(folder, path));
    const name = path.replace(/^.*node_modules\//, '');
    // npm installs the peer, the framework, too.
    if (peer) {
      framework = { ...framework, packages: framework.packages + 1, bytes: framework.bytes + bytes };
      continue;
    }
    const why = reasons[name];
    if (why === undefined) throw new Error(`${name} is installed, and rows/install.ts does not say what for`);
    ours.push({ name, version, bytes, why });
  }
  return { ours: ours.sort((one, other) => one.name.localeCompare(other.name)), framework };
}

/** Bytes of the files in a folder, without the packages nested in it. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sizeOf(path) : statSync(path).size;
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}
