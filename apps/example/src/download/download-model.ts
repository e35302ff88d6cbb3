import { mkdir, statfs } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import { showProgress, type Progress } from '../progress.ts';
import { choose, toChoices, toList, type Choice } from './choose-model.ts';
import { fetchBlob } from './fetch-blob.ts';
import { HubUnreachable, openHub, type Hub, type HubFile } from './hub.ts';
import { openHubCache, sizeOf, type HubCache } from './hub-cache.ts';
import { toModelReference } from './model-reference.ts';
import { toSize } from './size.ts';

/** Kept free for everything else on the disk. */
const spareBytes = 256 * 1024 * 1024;

/**
 * Resolves with the path of a model of Hugging Face, `hf:OWNER/REPO[:FILE]`, that is downloaded into the cache unless
 * it is there; of one in several parts, with the path of the first. Tells what it does on standard error.
 *
 * @throws Failure that says what to change
 */
export async function downloadModel(reference: string, signal: AbortSignal): Promise<string> {
  const { repository, wanted } = toModelReference(reference);
  const cache = openHubCache(repository);
  if (isOffline()) return fromCache(cache, repository, wanted, 'HF_HUB_OFFLINE is set');

  const hub = openHub(repository, signal);
  let listed: Awaited<ReturnType<Hub['list']>>;
  const asking = showProgress(`Asking ${hub.host} for ${repository}`);
  try {
    listed = await hub.list();
  } catch (error) {
    if (!(error instanceof HubUnreachable)) throw error;
    asking.end();
    return fromCache(cache, repository, wanted, `${hub.host} cannot be reached: ${error.message}`);
  } finally {
    asking.end();
  }
  const { commit, files } = listed;
  const choices = toChoices(files);
  const choice = choose(repository, choices, wanted);
  if (wanted === undefined && choices.length > 1) {
    console.error(`Of ${repository}, ${choice.label} is taken. Another one: --model ${reference}:NAME`);
    console.error(toList(choices));
  }
  await fetchMissing(hub, cache, commit, choice, signal);
  const [first] = choice.parts;
  const path = first && (await cache.find(commit, first));
  if (path === undefined) throw new Failure(`${reference} is not in ${cache.folder} after all.`);
  await cache.setCurrent(commit);
  return path;
}

async function fetchMissing(
  hub: Hub,
  cache: HubCache,
  commit: string,
  choice: Choice<HubFile>,
  signal: AbortSignal,
): Promise<void> {
  const missing: HubFile[] = [];
  let bytes = 0;
  for (const part of choice.parts) {
    if ((await cache.find(commit, part)) !== undefined) continue;
    const blob = cache.blob(part.hash);
    // An older commit had the same content.
    if ((await sizeOf(blob)) === part.size) {
      await cache.link(commit, part.path, part.hash);
      continue;
    }
    missing.push(part);
    bytes += part.size - Math.min((await sizeOf(`${blob}.incomplete`)) ?? 0, part.size);
  }
  if (missing.length === 0) return;

  const [first] = missing;
  const what = missing.length === 1 ? (first?.path ?? '') : `${choice.label} in ${missing.length} parts`;
  await checkSpace(cache.folder, bytes, what);
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  const rest = bytes < total ? `, ${toSize(bytes)} of them still to come` : '';
  console.error(`Downloading ${what} from ${hub.host}: ${toSize(total)}${rest}, into ${cache.folder}`);
  const progress = showProgress('Downloading');
  const meter = createMeter(progress, total);
  try {
    for (const part of missing) {
      await fetchBlob(hub, commit, part, cache.blob(part.hash), meter, signal);
      await cache.link(commit, part.path, part.hash);
    }
  } finally {
    progress.end();
  }
}

async function fromCache(
  cache: HubCache,
  repository: string,
  wanted: string | undefined,
  reason: string,
): Promise<string> {
  const current = await cache.current();
  const choices = toChoices(current?.files ?? []);
  if (current === undefined || choices.length === 0) {
    throw new Failure(`${reason}, and ${repository} is not in the cache (${cache.folder}).`);
  }
  const [first] = choose(`the cache of ${repository}`, choices, wanted).parts;
  const path = first && (await cache.find(current.commit, first));
  if (path === undefined) throw new Failure(`${reason}, and the cache (${cache.folder}) is damaged.`);
  console.error(`${reason}; ${first?.path} is taken from the cache.`);
  return path;
}

async function checkSpace(folder: string, bytes: number, what: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes + spareBytes) return;
  throw new Failure(
    `${what} takes ${toSize(bytes)}, and the disk with ${folder} has ${toSize(free)} free. Free some space, set HF_HOME to a folder on another disk, or take a smaller quantisation.`,
  );
}

/** Returns what is told each number of bytes that came, and shows how far it is. */
function createMeter(progress: Progress, total: number): (count: number) => void {
  let done = 0;
  let startedAt: number | undefined;
  let startedWith = 0;
  return (count) => {
    done += count;
    // What an earlier attempt has left comes in one piece before, and says nothing about the speed.
    if (startedAt === undefined) {
      startedAt = performance.now();
      startedWith = done;
    }
    const perSecond = ((done - startedWith) * 1_000) / (performance.now() - startedAt + 1);
    const speed =
      perSecond > 0 ? `, ${toSize(perSecond)}/s, ${toDuration((total - done) / perSecond)} left` : '';
    progress.percent((done / total) * 100, `${toSize(done)} of ${toSize(total)}${speed}`);
  };
}

function toDuration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** As huggingface_hub reads it. */
function isOffline(): boolean {
  return /^(?:1|on|yes|true)$/i.test(process.env['HF_HUB_OFFLINE'] ?? '');
}
