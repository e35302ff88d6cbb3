import { useEffect, useRef } from 'preact/hooks';
import { colorScheme, colorSchemes, type ColorScheme } from './color-scheme.ts';
import { InspectorPage } from './inspector/inspector-page.tsx';
import { PlaygroundPage } from './playground/playground-page.tsx';
import { page, pageHref, pages, type Page } from './route.ts';
import { ServerPage } from './server/server-page.tsx';

const titles: Record<Page, string> = { playground: 'Playground', inspector: 'Inspector', server: 'Server' };

export function App() {
  const current = page.value;
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${titles[current]} · llama-messages`;
  }, [current]);
  return (
    <>
      {/* A link to #main would be taken for a page by the router. */}
      <button type="button" class="skip-link" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="app-header">
        <a class="app-name" href={pageHref('playground')}>
          llama-messages
        </a>
        <nav aria-label="Pages">
          {pages.map((name) => (
            <a key={name} href={pageHref(name)} aria-current={name === current ? 'page' : undefined}>
              {titles[name]}
            </a>
          ))}
        </nav>
        <ColorSchemePicker />
      </header>
      <main ref={main} tabIndex={-1} class={`page ${current}`}>
        <CurrentPage name={current} />
      </main>
    </>
  );
}

function CurrentPage({ name }: { name: Page }) {
  switch (name) {
    case 'playground':
      return <PlaygroundPage />;
    case 'inspector':
      return <InspectorPage />;
    case 'server':
      return <ServerPage />;
    default:
      return name satisfies never;
  }
}

const schemeTitles: Record<ColorScheme, string> = { system: 'Auto', light: 'Light', dark: 'Dark' };

function ColorSchemePicker() {
  return (
    <select
      class="color-scheme"
      aria-label="Colors"
      value={colorScheme.value}
      onChange={({ currentTarget: { value } }) => {
        colorScheme.value = colorSchemes.find((name) => name === value) ?? 'system';
      }}
    >
      {colorSchemes.map((name) => (
        <option key={name} value={name}>
          {schemeTitles[name]}
        </option>
      ))}
    </select>
  );
}
