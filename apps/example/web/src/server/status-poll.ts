import { signal } from '@preact/signals';
import type { ServerStatus } from '../../../src/ui/api.ts';
import { ask, AskError } from './ask.ts';

/** What is known of the server; after a failure also what was known before. */
export interface KnownStatus {
  readonly status: ServerStatus | undefined;
  readonly failure: AskError | undefined;
}

const pollMs = 1_000;

/** Kept up to date while {@link pollStatus} runs. */
export const known = signal<KnownStatus>({ status: undefined, failure: undefined });

/** Asks the server how it is, each second while the page is seen. Returns what ends that. */
export function pollStatus(): () => void {
  const ended = new AbortController();
  const { signal: untilEnded } = ended;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function poll(): Promise<void> {
    try {
      const response = await ask('/status', { signal: untilEnded });
      known.value = { status: (await response.json()) as ServerStatus, failure: undefined };
    } catch (error) {
      if (untilEnded.aborted) return;
      const failure = error instanceof AskError ? error : new AskError(String(error));
      known.value = { status: known.value.status, failure };
    }
    if (!untilEnded.aborted && !document.hidden) timer = setTimeout(poll, pollMs);
  }

  function onVisible(): void {
    clearTimeout(timer);
    if (!document.hidden) void poll();
  }

  document.addEventListener('visibilitychange', onVisible, { signal: untilEnded });
  void poll();
  return () => {
    clearTimeout(timer);
    ended.abort();
  };
}
