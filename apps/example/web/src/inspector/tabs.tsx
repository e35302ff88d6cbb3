import { useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';

interface TabsProps<Name extends string> {
  readonly names: Readonly<Record<Name, string>>;
  readonly current: Name;
  readonly onChange: (name: Name) => void;
  readonly children: ComponentChildren;
}

/** Tabs by the ARIA pattern: one stop for the tab key, arrow keys inside. */
export function Tabs<Name extends string>({ names, current, onChange, children }: TabsProps<Name>) {
  const list = useRef<HTMLDivElement>(null);
  const all = Object.keys(names) as Name[];

  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = all.at((all.indexOf(current) + step) % all.length);
    if (next === undefined) return;
    onChange(next);
    list.current?.querySelector<HTMLElement>(`#tab-${CSS.escape(next)}`)?.focus();
  }

  return (
    <>
      <div ref={list} class="tabs" role="tablist" aria-label="Parts of the exchange" onKeyDown={onKeyDown}>
        {all.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === current}
            aria-controls="tab-panel"
            tabIndex={name === current ? 0 : -1}
            onClick={() => onChange(name)}
          >
            {names[name]}
          </button>
        ))}
      </div>
      <div id="tab-panel" class="tab-panel" role="tabpanel" aria-labelledby={`tab-${current}`} tabIndex={0}>
        {children}
      </div>
    </>
  );
}
