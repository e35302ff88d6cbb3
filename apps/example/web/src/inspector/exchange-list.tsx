import { useEffect, useRef } from 'preact/hooks';
import type { ExchangeSummary } from '../../../src/ui/api.ts';
import { ExchangeItem } from './exchange-item.tsx';

interface ExchangeListProps {
  readonly shown: readonly ExchangeSummary[];
  readonly selectedId: string | undefined;
  readonly onSelect: (id: string) => void;
}

/** How far each key moves. */
const steps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** The list as a listbox: one stop for the tab key, arrow keys inside. */
export function ExchangeList({ shown, selectedId, onSelect }: ExchangeListProps) {
  const list = useRef<HTMLUListElement>(null);
  const index = shown.findIndex(({ id }) => id === selectedId);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [selectedId]);

  function onKeyDown(event: KeyboardEvent): void {
    const step = steps[event.key];
    if (step === undefined || shown.length === 0) return;
    event.preventDefault();
    const next = Math.min(shown.length - 1, Math.max(0, index + step));
    const summary = shown[next];
    if (summary) onSelect(summary.id);
  }

  return (
    <ul
      ref={list}
      class="exchanges"
      role="listbox"
      aria-label="Exchanges, newest first"
      aria-activedescendant={index === -1 ? undefined : `option-${selectedId}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {shown.map((summary) => (
        <ExchangeItem
          key={summary.id}
          summary={summary}
          isSelected={summary.id === selectedId}
          onSelect={onSelect}
        />
      ))}
    </ul>
  );
}
