import { Failure } from './failure.ts';

/** A model as a client of the Messages API sees it. */
export interface ServedModel {
  readonly id: string;
  /** Tokens of prompt and answer together; undefined if the server does not know. */
  readonly contextWindow: number | undefined;
}

const lookMs = 5_000;

/**
 * Returns the models that a server of the Messages API has, asked as a client would.
 * @throws Failure that says what to change if it does not answer with a list
 */
export async function askModels(url: string, key: string | undefined): Promise<readonly ServedModel[]> {
  const at = `${url.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/models`;
  let response: Response;
  try {
    response = await fetch(at, {
      headers: key === undefined ? {} : { 'x-api-key': key },
      signal: AbortSignal.timeout(lookMs),
    });
  } catch (cause) {
    throw new Failure(
      `Nothing answers at ${url}. Start it with npm start, or say where it is with --url URL.`,
      {
        cause,
      },
    );
  }
  if (response.status === 401 || response.status === 403) {
    throw new Failure(
      `The server at ${url} wants ${key === undefined ? 'a' : 'another'} key: --api-key KEY.`,
    );
  }
  const list: unknown = await response.json().catch(() => undefined);
  if (response.status === 529 || response.status === 503) {
    throw new Failure(`The server at ${url} is up, but its model server is not: ${toReason(list)}.`);
  }
  if (!response.ok || !isModelList(list)) {
    throw new Failure(
      `What answers at ${url} is no server of the Messages API (status ${response.status} at /v1/models).`,
    );
  }
  return list.data.map(({ id, max_input_tokens: contextWindow }) => ({
    id,
    contextWindow: contextWindow ?? undefined,
  }));
}

interface ModelList {
  readonly data: readonly { readonly id: string; readonly max_input_tokens?: number | null }[];
}

function isModelList(value: unknown): value is ModelList {
  if (typeof value !== 'object' || value === null || !('data' in value) || !Array.isArray(value.data)) {
    return false;
  }
  return value.data.every((model: unknown) => {
    return typeof model === 'object' && model !== null && 'type' in model && 'id' in model;
  });
}

function toReason(body: unknown): string {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  const message =
    typeof error === 'object' && error !== null && 'message' in error
      ? String(error.message)
      : 'no reason given';
  return message.replace(/\.$/, '');
}
