import { apiKey } from '../api/key.ts';

/** What a request waits for; the words of core's `ExchangeProgress`. */
export type Wait =
  /** 1 is next. */
  | { readonly phase: 'queued'; readonly position: number }
  | { readonly phase: 'loading' | 'down' }
  /** Tokens of the prompt; `processed` includes `cached`. */
  | { readonly phase: 'prompt'; readonly processed: number; readonly cached: number; readonly total: number };

/** As far as this page reads it. */
interface Status {
  readonly running?: readonly (Wait & { readonly requestId: string })[];
}

/**
 * Returns what a request of ours waits for; undefined if it no longer waits, or if the server does not tell. The API
 * itself has no event for it.
 */
export async function askForWait(requestId: string, signal: AbortSignal): Promise<Wait | undefined> {
  try {
    const response = await fetch('/ui/api/status', {
      signal,
      headers: apiKey.value === '' ? {} : { authorization: `Bearer ${apiKey.value}` },
    });
    if (!response.ok) return undefined;
    const { running } = (await response.json()) as Status;
    return running?.find((exchange) => exchange.requestId === requestId);
  } catch {
    return undefined;
  }
}
