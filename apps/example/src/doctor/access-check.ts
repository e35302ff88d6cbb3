import { isLoopback } from '../loopback.ts';
import type { Check } from './check.ts';
import { connect } from './connection.ts';
import type { ServerKind } from './server-kind.ts';

const limitMs = 5_000;

/** Returns who may use the model server: a web page in a browser of this machine can send requests to it too. */
export async function checkAccess(kind: ServerKind, upstream: string): Promise<Check> {
  const id = 'access';
  const { hostname } = new URL(upstream);
  const signal = AbortSignal.timeout(limitMs);
  const answer = await connect(upstream, undefined)
    .get('/v1/models', signal)
    .catch(() => undefined);
  if (answer === undefined) return { id, verdict: 'unknown', found: 'it did not answer without a key' };
  if (answer.status === 401 || answer.status === 403) return { id, verdict: 'ok', found: 'it wants a key' };
  const remedy =
    kind.name === 'llama-server'
      ? 'Start llama-server with --api-key KEY: web pages that are open on this machine can use it too, since it lets every origin in.'
      : 'Give it a key, if it can have one.';
  return isLoopback(hostname.replace(/^\[|\]$/g, ''))
    ? { id, verdict: 'ok', found: 'without a key, at an address of this machine', remedy }
    : { id, verdict: 'warning', found: 'everybody who reaches it can use it, without a key', remedy };
}
