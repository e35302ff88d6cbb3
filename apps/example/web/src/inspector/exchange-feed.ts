import { effect, signal } from '@preact/signals';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { ExchangeList, ExchangeListEvents, ExchangeSummary } from '../../../src/ui/api.ts';
import { apiKey } from '../api/key.ts';
import { ask, AskError } from '../server/ask.ts';

export type FeedState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'off'; readonly reason: string }
  | { readonly kind: 'key' }
  /** It tries again by itself. */
  | { readonly kind: 'lost'; readonly reason: string };

/** Newest first, as the server has them, or as they were when the feed was paused. */
export const exchanges = signal<readonly ExchangeSummary[]>([]);
export const feedState = signal<FeedState>({ kind: 'connecting' });
export const isPaused = signal(false);
/** What the server keeps, and may keep. */
export const limits = signal<Pick<ExchangeList, 'maxBytes' | 'maxExchanges'> | undefined>(undefined);
/** How many are new since the pause. */
export const missed = signal(0);

/** What the server has, whether it is shown or not; oldest first. */
const known = new Map<string, ExchangeSummary>();
const retryMs = 2_000;

/** Goes on with showing, or stops. */
export function togglePause(): void {
  isPaused.value = !isPaused.value;
  show();
}

/** Makes the server forget all. */
export async function clearExchanges(): Promise<void> {
  await ask('/exchanges', { method: 'DELETE' });
  isPaused.value = false;
  show();
}

/** Follows the server's list, and comes back when it is cut. Returns what ends that. */
export function followExchanges(): () => void {
  let connection: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function connect(ended: AbortSignal): Promise<void> {
    try {
      const response = await ask('/exchanges', { headers: { accept: 'text/event-stream' }, signal: ended });
      await read(response);
      throw new AskError('The server has closed the connection.');
    } catch (error) {
      if (ended.aborted) return;
      feedState.value = toState(error);
      if (feedState.value.kind === 'lost') timer = setTimeout(connect, retryMs, ended);
    }
  }

  // Another key is worth another try.
  const stop = effect(() => {
    void apiKey.value;
    connection?.abort();
    clearTimeout(timer);
    connection = new AbortController();
    void connect(connection.signal);
  });
  return () => {
    stop();
    clearTimeout(timer);
    connection?.abort();
  };
}

async function read({ body }: Response): Promise<void> {
  const events = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const reader = events?.getReader();
  for (;;) {
    const result = await reader?.read();
    if (result === undefined || result.done) return;
    take(result.value.event as keyof ExchangeListEvents, JSON.parse(result.value.data));
    show();
  }
}

function take(name: keyof ExchangeListEvents, data: unknown): void {
  switch (name) {
    case 'list': {
      const { exchanges: all, maxBytes, maxExchanges } = data as ExchangeListEvents['list'];
      known.clear();
      for (const summary of all.toReversed()) known.set(summary.id, summary);
      limits.value = { maxBytes, maxExchanges };
      feedState.value = { kind: 'live' };
      return;
    }
    case 'exchange': {
      const summary = data as ExchangeListEvents['exchange'];
      known.set(summary.id, summary);
      return;
    }
    case 'removed':
      for (const id of data as ExchangeListEvents['removed']) known.delete(id);
      return;
    default:
      name satisfies never;
  }
}

function show(): void {
  if (!isPaused.value) {
    exchanges.value = [...known.values()].toReversed();
    missed.value = 0;
    return;
  }
  const shown = new Set(exchanges.value.map(({ id }) => id));
  missed.value = [...known.keys()].filter((id) => !shown.has(id)).length;
}

function toState(error: unknown): FeedState {
  if (!(error instanceof AskError))
    return { kind: 'lost', reason: 'The connection to the server broke off.' };
  switch (error.status) {
    case 401:
      return { kind: 'key' };
    case 403:
    case 404:
      return { kind: 'off', reason: error.message };
    default:
      return { kind: 'lost', reason: error.message };
  }
}
