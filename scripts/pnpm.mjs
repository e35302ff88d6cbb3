import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { root, run } from './child.mjs';

const folder = join(root, '.pnpm');
const installed = join(folder, 'node_modules', 'pnpm');
const stamp = join(root, 'node_modules', '.installed');

/** Returns the version that package.json pins in `packageManager`. */
function pinnedVersion() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return packageManager.replace(/^pnpm@/, '').replace(/\+.*$/, '');
}

function versionInFolder() {
  const manifest = join(installed, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}

/** Asked outside the repository, where no pnpm or Corepack replaces itself by the pinned version first. */
function versionOnPath() {
  const { status, stdout } = spawnSync('pnpm --version', {
    shell: true,
    cwd: tmpdir(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, COREPACK_ENABLE_NETWORK: '0', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** Runs the npm that started this process, or else the one on the PATH. */
function npm(args) {
  const cli = process.env['npm_execpath'];
  return cli?.endsWith('npm-cli.js')
    ? run(process.execPath, [cli, ...args])
    : run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
}

async function fetchPnpm(version) {
  console.error(`Fetching pnpm ${version} into .pnpm/ (once) ...`);
  const { code, output } = await npm([
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-package-lock',
    // Some npm settings forbid install scripts; the only one that matters here is run below.
    '--ignore-scripts',
    '--loglevel=error',
    // npm's own settings let a machine without a network wait for minutes.
    '--prefer-offline',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
    '--fetch-timeout=60000',
    `pnpm@${version}`,
  ]);
  if (code !== 0) {
    const reason = /npm error (?:code|errno) (\w+)/.exec(output)?.[1] ?? `exit code ${code}`;
    throw new Error(
      `npm could not fetch pnpm ${version} from the registry (${reason}). Check the network, or install it: npm install --global pnpm@${version}`,
    );
  }
  const prepared = await run(process.execPath, [join(installed, 'install.js')]);
  if (prepared.code !== 0) throw new Error(`pnpm ${version} could not be set up: ${prepared.output.trim()}`);
}

/**
 * Returns an environment whose PATH begins with the pinned pnpm (turbo calls it by name) and the tools of the
 * repository; fetches pnpm if neither the PATH nor .pnpm/ has that version.
 * @throws Error of one line if it cannot be fetched
 */
export async function environmentWithPnpm() {
  const version = pinnedVersion();
  const paths = [join(root, 'node_modules', '.bin')];
  if (versionInFolder() === version) paths.unshift(join(folder, 'node_modules', '.bin'));
  else if (versionOnPath() !== version) {
    await fetchPnpm(version);
    paths.unshift(join(folder, 'node_modules', '.bin'));
  }
  const env = {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
  };
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  env[name] = [...paths, env[name]].join(delimiter);
  return env;
}

/** What node_modules was made from: when none of it changed there is nothing to install, and no need of a network. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];
  for (const parent of ['packages', 'apps']) {
    for (const name of readdirSync(join(root, parent)).sort()) files.push(join(parent, name, 'package.json'));
  }
  for (const file of files) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`${file}\n`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/**
 * Installs what pnpm-lock.yaml says, unless that is what node_modules has already.
 * @throws Error with pnpm's own output if it fails
 */
export async function installPackages(env) {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Installing packages ...');
  const { code, output } = await run(
    'pnpm',
    ['install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false'],
    { env },
  );
  if (code !== 0) throw new Error(`${output.trimEnd()}\n\nThe packages could not be installed (see above).`);
  writeFileSync(stamp, wanted);
}
