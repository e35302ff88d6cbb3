import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { getHFHubCachePath, getRepoFolderName } from '@huggingface/hub';
import type { RepositoryFile } from './choose-model.ts';

/**
 * What Hugging Face's cache on this machine holds of one repository: `blobs/` has each content once, by its hash, and
 * `snapshots/COMMIT/` the files' names as links into it. See docs/decisions/0015.
 */
export interface HubCache {
  /** For people. */
  readonly folder: string;
  /** Where the content with this hash is or will be. */
  blob(hash: string): string;
  /** Resolves with the path of the file, if it is there as a whole. */
  find(commit: string, file: RepositoryFile): Promise<string | undefined>;
  /** Gives the content of that hash its name, and resolves with the path. */
  link(commit: string, path: string, hash: string): Promise<string>;
  /** Makes `commit` what is found without a network. */
  setCurrent(commit: string): Promise<void>;
  /** Resolves with the commit that was current last, and the files of it that are there. */
  current(): Promise<{ readonly commit: string; readonly files: readonly RepositoryFile[] } | undefined>;
}

/** Where the cache is, by HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME as for every tool of Hugging Face. */
export function openHubCache(repository: string): HubCache {
  const folder = join(getHFHubCachePath(), getRepoFolderName({ type: 'model', name: repository }));
  const snapshot = (commit: string, path: string): string =>
    join(folder, 'snapshots', commit, ...path.split('/'));
  const blob = (hash: string): string => join(folder, 'blobs', hash);
  const ref = join(folder, 'refs', 'main');

  return {
    folder,
    blob,
    async find(commit, { path, size }) {
      const file = snapshot(commit, path);
      return (await sizeOf(file)) === size ? file : undefined;
    },
    async link(commit, path, hash) {
      const file = snapshot(commit, path);
      await mkdir(dirname(file), { recursive: true });
      await rm(file, { force: true });
      try {
        await symlink(relative(dirname(file), blob(hash)), file);
      } catch {
        // Windows allows links to administrators and developers only; huggingface_hub moves the file there too.
        await rename(blob(hash), file);
      }
      return file;
    },
    async setCurrent(commit) {
      await mkdir(dirname(ref), { recursive: true });
      await writeFile(ref, commit);
    },
    async current() {
      const commit = await readFile(ref, 'utf8').catch(() => '');
      if (commit === '') return undefined;
      const root = join(folder, 'snapshots', commit);
      const names = await readdir(root, { recursive: true }).catch(() => []);
      const files = await Promise.all(
        names.map(async (name) => ({
          path: name.split(sep).join('/'),
          size: (await sizeOf(join(root, name))) ?? -1,
        })),
      );
      return { commit, files: files.filter(({ size }) => size >= 0) };
    },
  };
}

/** Undefined if there is no such file; of a link, what it leads to counts. */
export async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
