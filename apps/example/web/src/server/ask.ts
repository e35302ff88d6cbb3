import { apiKey } from '../api/key.ts';
import type { Problem } from '../../../src/ui/api.ts';

/** A refusal of the server, or its silence, in words for the person in front of the page. */
export class AskError extends Error {
  override readonly name = 'AskError';
  /** Undefined if it did not answer. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/**
 * Returns the answer of `/ui/api` to a request, with the key that the user typed.
 * @throws AskError if it is no success
 */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (apiKey.value !== '') headers.set('x-api-key', apiKey.value);
  let response: Response;
  try {
    response = await fetch(`/ui/api${path}`, { ...init, headers });
  } catch {
    init.signal?.throwIfAborted();
    throw new AskError('The server does not answer. Is it still running?');
  }
  if (response.ok) return response;
  throw new AskError(await readProblem(response), response.status);
}

async function readProblem(response: Response): Promise<string> {
  try {
    return ((await response.json()) as Problem).error;
  } catch {
    return `The server answered with status ${response.status}.`;
  }
}
