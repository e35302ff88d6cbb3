import { useEffect, useState } from 'preact/hooks';
import { ask } from '../server/ask.ts';
import { formatNumber } from '../server/format.ts';
import { KeyNeeded } from '../server/key-needed.tsx';
import '../server/shared.css';
import './inspector.css';
import {
  clearExchanges,
  exchanges,
  feedState,
  followExchanges,
  isPaused,
  limits,
  missed,
  togglePause,
} from './exchange-feed.ts';
import { filterExchanges, kinds, type Kind } from './exchange-filter.ts';
import { ExchangeList } from './exchange-list.tsx';
import { ExchangeView, type Tab } from './exchange-view.tsx';

/** What clients sent and got, exchange by exchange. */
export function InspectorPage() {
  useEffect(followExchanges, []);
  const [selectedId, setSelectedId] = useState(readSelected);
  const [tab, setTab] = useState<Tab>('overview');
  const [text, setText] = useState('');
  const [kind, setKind] = useState<Kind>('all');
  const [failure, setFailure] = useState<string>();

  function select(id: string | undefined): void {
    setSelectedId(id);
    // Replaced: going through a list with the arrow keys is no way to go back through.
    history.replaceState(null, '', id === undefined ? '#/inspector' : `#/inspector/${id}`);
  }

  function attempt(work: Promise<void>): void {
    setFailure(undefined);
    work.catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)));
  }

  const state = feedState.value;
  if (state.kind === 'key') return <KeyNeeded title="Inspector" />;
  if (state.kind === 'off' || state.kind === 'refused') return <Unavailable {...state} />;
  const all = exchanges.value;
  const shown = filterExchanges(all, kind, text);
  return (
    <div class={`inspector-page ${selectedId === undefined ? '' : 'has-selection'}`}>
      <h1 class="visually-hidden">Inspector</h1>
      <section class="list-pane" aria-label="List">
        <div class="toolbar">
          <input
            type="search"
            aria-label="Filter by words"
            placeholder="Filter"
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <select
            aria-label="Filter by kind"
            value={kind}
            onChange={({ currentTarget: { value } }) =>
              setKind(kinds.find((name) => name === value) ?? 'all')
            }
          >
            {kinds.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <button type="button" aria-pressed={isPaused.value} onClick={togglePause}>
            {isPaused.value ? 'Go on' : 'Pause'}
          </button>
          <button type="button" disabled={all.length === 0} onClick={() => attempt(clearExchanges())}>
            Clear
          </button>
          <button type="button" disabled={all.length === 0} onClick={() => attempt(saveLines())}>
            Export
          </button>
        </div>
        {state.kind === 'lost' && (
          <p class="banner bad" role="alert">
            {state.reason} Trying again …
          </p>
        )}
        {failure !== undefined && (
          <p class="banner bad" role="alert">
            {failure}
          </p>
        )}
        {isPaused.value && (
          <p class="banner warn" role="status">
            Paused{missed.value > 0 && `, ${formatNumber(missed.value)} more since`}.
          </p>
        )}
        {all.length === 0 ? (
          <Empty isLive={state.kind === 'live'} />
        ) : (
          <>
            <ExchangeList shown={shown} selectedId={selectedId} onSelect={select} />
            <p class="count muted small">
              {countWords(shown.length, all.length)}
              {limits.value && `; the last ${formatNumber(limits.value.maxExchanges)} are kept`}
            </p>
          </>
        )}
      </section>
      {selectedId === undefined ? (
        <p class="nothing muted">
          Choose an exchange to see what was sent. Arrow keys move through the list.
        </p>
      ) : (
        <ExchangeView
          key={selectedId}
          id={selectedId}
          summary={all.find(({ id }) => id === selectedId)}
          tab={tab}
          onTab={setTab}
          onClose={() => select(undefined)}
        />
      )}
    </div>
  );
}

function Unavailable({ kind, reason }: { kind: 'off' | 'refused'; reason: string }) {
  return (
    <section class="notice">
      <h1>Inspector</h1>
      <p>{reason}</p>
      {kind === 'off' && (
        <p>
          <code>npm start -- --inspect</code>
        </p>
      )}
    </section>
  );
}

function Empty({ isLive }: { isLive: boolean }) {
  if (!isLive) return <p class="empty-list muted">Asking the server …</p>;
  return (
    <p class="empty-list muted">
      Nothing yet. Requests to <code>{location.origin}/v1/messages</code> appear here as they come: from
      Claude Code, from an SDK, from the <a href="#/">playground</a>.
    </p>
  );
}

function countWords(shown: number, all: number): string {
  const unit = all === 1 ? 'exchange' : 'exchanges';
  return shown === all
    ? `${formatNumber(all)} ${unit}`
    : `${formatNumber(shown)} of ${formatNumber(all)} ${unit}`;
}

function readSelected(): string | undefined {
  return /^#\/inspector\/([\w-]+)$/.exec(location.hash)?.[1];
}

/** A link could not carry the key. */
async function saveLines(): Promise<void> {
  const response = await ask('/exchanges.jsonl');
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = 'exchanges.jsonl';
  link.click();
  URL.revokeObjectURL(url);
}
