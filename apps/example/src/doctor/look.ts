import type { Check } from './check.ts';
import { dig, type Answer, type Connection } from './connection.ts';

const limitMs = 10_000;

/** What the server answers without generating; undefined where it has no such route. */
export interface Look {
  /** llama-server's `/props`. */
  readonly props: unknown;
  /** `/v1/models`. */
  readonly models: unknown;
  readonly isLoading: boolean;
}

/** Why the rest of the checks cannot be made. */
export interface Obstacle {
  readonly check: Check;
  /** Nothing answers at all. */
  readonly isUnreachable: boolean;
}

/** Returns what the server tells about itself, or why nothing more can be asked of it. */
export async function look(connection: Connection): Promise<Look | Obstacle> {
  let health: Answer;
  try {
    health = await connection.get('/health', AbortSignal.timeout(limitMs));
  } catch (error) {
    return { check: toUnreachable(connection.host, error), isUnreachable: true };
  }
  const signal = AbortSignal.timeout(limitMs);
  const nothing: Answer = { status: 0, json: undefined };
  const [props, models] = await Promise.all(
    ['/props', '/v1/models'].map((path) => connection.get(path, signal).catch(() => nothing)),
  );
  if (props?.status === 401 || models?.status === 401 || models?.status === 403) {
    return { check: refusedKey, isUnreachable: false };
  }
  const isLoading = health.status === 503 || models?.status === 503;
  if (!isLoading && !Array.isArray(dig(models?.json, 'data'))) {
    const found = `${connection.host} answers, but with no list of models at /v1/models (status ${models?.status})`;
    return {
      check: { id: 'reachable', verdict: 'problem', found, remedy: notAServer },
      isUnreachable: false,
    };
  }
  return { props: props?.status === 200 ? props.json : undefined, models: models?.json, isLoading };
}

const notAServer =
  'Give the address of a llama-server or of another server with /v1/chat/completions: --upstream URL.';

const refusedKey: Check = {
  id: 'reachable',
  verdict: 'problem',
  found: 'the server wants a key, or another one',
  remedy: 'Give the one that it was started with (llama-server: --api-key): --upstream-api-key KEY.',
};

function toUnreachable(host: string, error: unknown): Check {
  const isLate = dig(error, 'name') === 'TimeoutError';
  const code = dig(error, 'cause', 'code');
  const check = { id: 'reachable', verdict: 'problem' } as const;
  if (isLate) {
    return {
      ...check,
      found: `${host} does not answer within ${limitMs / 1_000} s`,
      remedy: 'Look at its log; a firewall in between does the same.',
    };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { ...check, found: `there is no host of the name in ${host}`, remedy: 'Check the URL.' };
  }
  if (code === 'ECONNREFUSED') {
    return {
      ...check,
      found: `nothing listens at ${host}`,
      remedy:
        'Start a model server there, such as: llama-server -m MODEL.gguf -np 1 -c 65536 --jinja --metrics. Or say where it is: --upstream URL.',
    };
  }
  const reason = dig(error, 'cause', 'message') ?? dig(error, 'message');
  return { ...check, found: `${host} cannot be reached: ${String(reason)}`, remedy: 'Check the URL.' };
}
