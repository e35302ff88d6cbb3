import { useEffect, useState } from 'preact/hooks';
import type { ExchangeDetail } from '../../../src/ui/api.ts';
import { ask } from '../server/ask.ts';
import { isRunning } from './exchange-filter.ts';

export type Detail =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly detail: ExchangeDetail }
  | { readonly kind: 'failed'; readonly reason: string };

/** While an exchange goes on. */
const refreshMs = 1_500;

/** Returns all that the server keeps of an exchange, asked again while it goes on and when `state` changes. */
export function useDetail(id: string, state: string | undefined): Detail {
  const [found, setFound] = useState<Detail & { readonly id?: string }>({ kind: 'loading' });
  useEffect(() => {
    const left = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function load(): Promise<void> {
      try {
        const response = await ask(`/exchanges/${id}`, { signal: left.signal });
        const detail = (await response.json()) as ExchangeDetail;
        setFound({ kind: 'loaded', detail, id });
        if (isRunning(detail.state)) timer = setTimeout(load, refreshMs);
      } catch (error) {
        if (left.signal.aborted) return;
        setFound({ kind: 'failed', reason: error instanceof Error ? error.message : String(error), id });
      }
    }
    void load();
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [id, state]);
  return found.id === id ? found : { kind: 'loading' };
}
