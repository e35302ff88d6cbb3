import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { HubUnreachable, RangeIgnored, type Hub, type HubFile } from './hub.ts';
import { sizeOf } from './hub-cache.ts';

/** Waits between attempts; begun anew whenever bytes came. */
const retryDelaysMs = [1_000, 2_000, 5_000, 10_000, 20_000];

/**
 * Downloads the content of a file to `blob`, and resolves when it is there and is what it should be. What an earlier
 * attempt has left in `blob.incomplete` is gone on from, as huggingface_hub does.
 *
 * @param onBytes - called with how many bytes came, those of earlier attempts first
 * @throws Failure if the connection stays broken, the disk is full, or the content is not the one that was announced
 */
export async function fetchBlob(
  hub: Hub,
  commit: string,
  file: HubFile,
  blob: string,
  onBytes: (count: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const incomplete = `${blob}.incomplete`;
  await mkdir(dirname(blob), { recursive: true });
  const kept = (await sizeOf(incomplete)) ?? 0;
  if (kept > file.size) await rm(incomplete);
  let failures = 0;
  let told = 0;
  for (;;) {
    const offset = (await sizeOf(incomplete)) ?? 0;
    onBytes(offset - told);
    told = offset;
    if (offset >= file.size) break;
    try {
      await append(hub.read(commit, file.path, offset), incomplete, (count) => {
        failures = 0;
        told += count;
        onBytes(count);
      });
      // An answer that ends too early without a failure.
      if (((await sizeOf(incomplete)) ?? 0) < file.size) throw new HubUnreachable('the answer broke off');
    } catch (error) {
      if (error instanceof RangeIgnored) {
        await rm(incomplete);
        continue;
      }
      if (!(error instanceof HubUnreachable)) throw toDiskFailure(error, blob);
      const waitMs = retryDelaysMs[failures];
      failures += 1;
      if (waitMs === undefined) {
        throw new Failure(
          `The download of ${file.path} broke off (${error.message}). Start it again: it goes on where it stopped.`,
          { cause: error },
        );
      }
      await delay(waitMs, undefined, { signal });
    }
  }
  await verify(incomplete, file);
  await rename(incomplete, blob);
}

async function append(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  onWritten: (count: number) => void,
): Promise<void> {
  const target = await open(path, 'a');
  try {
    for await (const part of bytes) {
      await target.appendFile(part);
      onWritten(part.byteLength);
    }
  } finally {
    await target.close();
  }
}

/** Read once more as a whole, so that what an earlier attempt has left is checked too. */
async function verify(path: string, { path: name, size, hash, isLarge }: HubFile): Promise<void> {
  const found = (await sizeOf(path)) ?? 0;
  const actual = found === size ? await digest(path, toHash(size, isLarge)) : `${found} bytes`;
  if (actual === hash) return;
  await rm(path, { force: true });
  throw new Failure(
    `What was downloaded as ${name} is damaged (${actual} instead of ${hash}), and was removed. Start it again; if that does not help, something in between changes downloads.`,
  );
}

function toHash(size: number, isLarge: boolean): Hash {
  return isLarge ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}

async function digest(path: string, hash: Hash): Promise<string> {
  for await (const part of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(part as Buffer);
  return hash.digest('hex');
}

function toDiskFailure(error: unknown, blob: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure(
      `The disk with ${dirname(blob)} is full. Free some space and start it again: it goes on where it stopped.`,
    );
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new Failure(`${dirname(blob)} cannot be written to. Another folder: set HF_HOME.`);
  }
  return error;
}
