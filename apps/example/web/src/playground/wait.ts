import type { RunningRequest, ServerStatus } from '../../../src/ui/api.ts';
import { ask } from '../server/ask.ts';

/** What a request waits for, and how far that is. */
export type Wait = Pick<RunningRequest, 'phase' | 'position' | 'prompt'>;

/**
 * Returns what a request of ours waits for; undefined if it no longer waits, or if the server does not tell. The API
 * itself has no event for it.
 */
export async function askForWait(requestId: string, signal: AbortSignal): Promise<Wait | undefined> {
  try {
    const response = await ask('/status', { signal });
    const { running } = (await response.json()) as ServerStatus;
    return running.find(({ id }) => id === requestId);
  } catch {
    // The chat goes on without a bar, and tells of what is really wrong.
    return undefined;
  }
}
