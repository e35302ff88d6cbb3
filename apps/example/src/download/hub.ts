import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { downloadFile, HubApiError, listFiles, modelInfo } from '@huggingface/hub';
import { Failure } from '../failure.ts';
import type { RepositoryFile } from './choose-model.ts';

/** A file on the hub, with what its content is checked by. */
export interface HubFile extends RepositoryFile {
  /** SHA-256 of files in large file storage, which every model is in; of others the id of git. */
  readonly hash: string;
  readonly isLarge: boolean;
}

/** Hugging Face, or what HF_ENDPOINT names. */
export interface Hub {
  /** For people. */
  readonly host: string;
  /**
   * Resolves with the newest commit and its files.
   * @throws HubUnreachable without a network; Failure that says what to change for all that the hub refuses
   */
  list(): Promise<{ readonly commit: string; readonly files: readonly HubFile[] }>;
  /**
   * Yields the content of a file from `offset` on.
   * @throws HubUnreachable when it breaks off; RangeIgnored if the hub begins at 0 instead; Failure as above
   */
  read(commit: string, path: string, offset: number): AsyncIterable<Uint8Array>;
}

/** Without a network, or without this server in it. */
export class HubUnreachable extends Error {
  override readonly name = 'HubUnreachable';
}

export class RangeIgnored extends Error {
  override readonly name = 'RangeIgnored';
}

const listLimitMs = 20_000;

export function openHub(repository: string, signal: AbortSignal): Hub {
  const hubUrl = (process.env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, '');
  const { host } = new URL(hubUrl);
  const token = findToken();
  const common = {
    repo: { type: 'model', name: repository },
    hubUrl,
    ...(token && { accessToken: token }),
  } as const;

  /** The library's own calls of `fetch`, with our signal; a connection that breaks is told from all other failures. */
  const fetchUntil =
    (limit: AbortSignal): typeof fetch =>
    async (input, init) => {
      try {
        return await fetch(input, { ...init, signal: limit });
      } catch (error) {
        signal.throwIfAborted();
        throw new HubUnreachable(toReason(error), { cause: error });
      }
    };

  function toFailure(error: unknown): unknown {
    if (!(error instanceof HubApiError)) {
      const isToken = error instanceof TypeError && error.message.includes("'hf_'");
      return isToken ? new Failure('HF_TOKEN is no token of Hugging Face: those begin with hf_.') : error;
    }
    return new Failure(explain(error.statusCode, repository, hubUrl, token !== undefined), { cause: error });
  }

  return {
    host,
    async list() {
      const limited = fetchUntil(AbortSignal.any([signal, AbortSignal.timeout(listLimitMs)]));
      try {
        const { sha } = await modelInfo({
          ...common,
          name: repository,
          additionalFields: ['sha'],
          revision: 'main',
          fetch: limited,
        });
        if (!/^[0-9a-f]{40}$/.test(sha)) throw new Failure(`What answers at ${hubUrl} is not Hugging Face.`);
        const files: HubFile[] = [];
        for await (const entry of listFiles({ ...common, revision: sha, recursive: true, fetch: limited })) {
          const hash = entry.lfs?.oid ?? entry.oid;
          if (entry.type !== 'file' || hash === undefined || !isSafe(entry.path, hash)) continue;
          files.push({ path: entry.path, size: entry.size, hash, isLarge: entry.lfs !== undefined });
        }
        return { commit: sha, files };
      } catch (error) {
        throw toFailure(error);
      }
    },
    async *read(commit, path, offset) {
      let isWhole = false;
      const watched: typeof fetch = async (input, init) => {
        const response = await fetchUntil(signal)(input, init);
        isWhole = response.status === 200;
        return response;
      };
      try {
        // Not by Xet's protocol of chunks: plain HTTP is what goes on at a byte after an interruption.
        const file = await downloadFile({ ...common, path, revision: commit, xet: false, fetch: watched });
        if (!file) throw new Failure(`There is no ${path} in ${repository} any more.`);
        const reader = (offset === 0 ? file : file.slice(offset)).stream().getReader();
        try {
          for (;;) {
            const { done, value } = await reader.read();
            if (offset > 0 && isWhole) throw new RangeIgnored();
            if (done) return;
            yield value;
          }
        } finally {
          await reader.cancel().catch(() => {});
        }
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof RangeIgnored || error instanceof Failure) throw error;
        if (error instanceof HubApiError) throw toFailure(error);
        throw new HubUnreachable(toReason(error), { cause: error });
      }
    },
  };
}

/** Both become a part of a path here. The library looks at paths in its own downloads to the cache only. */
function isSafe(path: string, hash: string): boolean {
  const isInside = !path.split('/').includes('..') && !/^\/|[\\:]/.test(path);
  return isInside && /^[0-9a-f]{40,64}$/.test(hash);
}

function explain(status: number, repository: string, hubUrl: string, hasToken: boolean): string {
  const page = `${hubUrl}/${repository}`;
  switch (status) {
    case 401:
      return hasToken
        ? `The token in HF_TOKEN is not accepted for ${repository}, or there is no such model. Make one at ${hubUrl}/settings/tokens`
        : `There is no model ${repository} that everybody may read. If it is gated or private, accept its terms at ${page} and set HF_TOKEN to a token of yours (${hubUrl}/settings/tokens).`;
    case 403:
      return `${repository} is gated: accept its terms at ${page}, with the account that HF_TOKEN belongs to.`;
    case 404:
      return `There is no model ${repository} at ${hubUrl}. Is OWNER/REPO written right?`;
    case 429:
      return `${hubUrl} answers no more for now (429): try again later, or set HF_TOKEN, which allows more.`;
    default:
      return `${hubUrl} fails with status ${status}: try again later.`;
  }
}

/** What `hf auth login` has written down counts where HF_TOKEN is not set, as for every tool of Hugging Face. */
function findToken(): string | undefined {
  const named = process.env['HF_TOKEN'];
  if (named !== undefined && named !== '') return named;
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const home = process.env['HF_HOME'] ?? join(cache, 'huggingface');
  try {
    return readFileSync(process.env['HF_TOKEN_PATH'] ?? join(home, 'token'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
