import { useState } from 'preact/hooks';
import type { ExchangeDetail, ExchangeSummary } from '../../../src/ui/api.ts';
import { formatDuration, formatTime } from '../server/format.ts';
import { CapturedView } from './captured-view.tsx';
import { CopyButton } from './copy-button.tsx';
import { EventsTab } from './events-tab.tsx';
import './exchange-view.css';
import { isRunning } from './exchange-filter.ts';
import { OverviewTab } from './overview-tab.tsx';
import { stateWords } from './state-words.ts';
import { Tabs } from './tabs.tsx';
import { toCurl } from './to-curl.ts';
import { useDetail } from './use-detail.ts';

const tabs = { overview: 'Overview', request: 'Request', chat: 'Chat request', events: 'Events' } as const;
type Tab = keyof typeof tabs;

interface ExchangeViewProps {
  readonly id: string;
  /** Undefined if the list has it no more. */
  readonly summary: ExchangeSummary | undefined;
  readonly tab: Tab;
  readonly onTab: (tab: Tab) => void;
  readonly onClose: () => void;
}

/** All that is kept of one exchange. */
export function ExchangeView({ id, summary, tab, onTab, onClose }: ExchangeViewProps) {
  const found = useDetail(id, summary?.state);
  const [marked, setMarked] = useState<readonly (string | number)[]>();
  return (
    <article class="exchange-view" aria-label="Exchange">
      <button type="button" class="quiet back" onClick={onClose}>
        ← All exchanges
      </button>
      {found.kind === 'failed' && (
        <p class="banner bad" role="alert">
          {found.reason}
        </p>
      )}
      {found.kind === 'loading' && <p class="muted">Loading …</p>}
      {found.kind === 'loaded' && (
        <>
          <Heading detail={found.detail} />
          <Tabs names={tabs} current={tab} onChange={onTab}>
            <TabContent
              tab={tab}
              detail={found.detail}
              marked={marked}
              onShow={(path) => {
                setMarked(path);
                onTab('chat');
              }}
            />
          </Tabs>
        </>
      )}
    </article>
  );
}

export type { Tab };

function Heading({ detail }: { detail: ExchangeDetail }) {
  const { id, title, client, model, upstreamModel, state, receivedAt, streamed } = detail;
  const curl = toCurl(detail, location.origin);
  const isSame = upstreamModel === undefined || upstreamModel === model;
  const names = isSame ? model : `${model} → ${upstreamModel}`;
  return (
    <header>
      <h2>{title}</h2>
      <p class="small">
        <span class={`state ${isRunning(state) ? 'is-running' : state}`}>{stateWords[state]}</span>{' '}
        <span class="muted">
          {[client, names, formatTime(receivedAt), streamed ? 'streamed' : 'not streamed'].join(' · ')}
        </span>
      </p>
      <p class="actions">
        <code class="muted">{id}</code>
        <CopyButton label="Copy id" text={() => id} />
        {curl === undefined ? (
          <span class="muted small">Too large to be repeated with curl</span>
        ) : (
          <CopyButton label="Copy as curl" text={() => curl} />
        )}
      </p>
    </header>
  );
}

interface TabContentProps {
  readonly tab: Tab;
  readonly detail: ExchangeDetail;
  readonly marked: readonly (string | number)[] | undefined;
  readonly onShow: (path: readonly (string | number)[]) => void;
}

function TabContent({ tab, detail, marked, onShow }: TabContentProps) {
  switch (tab) {
    case 'overview':
      return <OverviewTab detail={detail} onShow={onShow} />;
    case 'request':
      return <CapturedView captured={detail.request} />;
    case 'chat':
      return <ChatTab detail={detail} marked={marked} />;
    case 'events':
      return <EventsTab detail={detail} />;
    default:
      return tab satisfies never;
  }
}

function ChatTab({ detail, marked }: Pick<TabContentProps, 'detail' | 'marked'>) {
  const { chatRequests, attached } = detail;
  if (chatRequests.length === 0) {
    return (
      <p class="muted">
        {attached ? 'None was sent: an identical request ran already.' : 'None was sent to a model server.'}
      </p>
    );
  }
  return chatRequests.map(({ attempt, atMs, server, upstream, chat }) => (
    <section key={attempt}>
      <p class="small muted">
        {chatRequests.length > 1 && `Attempt ${attempt}, `}sent to {server}
        {upstream !== 'default' && ` (${upstream})`} after {formatDuration(atMs)}
      </p>
      <CapturedView captured={chat} marked={attempt === chatRequests.length ? marked : undefined} />
    </section>
  ));
}
