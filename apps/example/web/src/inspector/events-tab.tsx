import { useState } from 'preact/hooks';
import type { ExchangeDetail, SentEvent } from '../../../src/ui/api.ts';
import { formatBytes, formatDuration, formatNumber } from '../server/format.ts';
import './events-tab.css';
import { groupEvents, type EventGroup } from './group-events.ts';
import { JsonView } from './json-view.tsx';

/** What was written to the client, with times; deltas that follow one another are one line. */
export function EventsTab({ detail: { events, eventsOmitted, state } }: { detail: ExchangeDetail }) {
  if (events.length === 0) {
    return (
      <p class="muted">
        {state === 'failed' || state === 'aborted' ? 'Nothing was sent.' : 'Nothing has been sent yet.'}
      </p>
    );
  }
  const head = eventsOmitted ? events.slice(0, eventsOmitted.after) : events;
  const tail = eventsOmitted ? events.slice(eventsOmitted.after) : [];
  return (
    <ol class="events">
      {groupEvents(head).map((group) => (
        <Group key={`head ${group.first}`} group={group} />
      ))}
      {eventsOmitted && (
        <li class="banner warn">
          {formatNumber(eventsOmitted.count)} events ({formatBytes(eventsOmitted.bytes)}) are left out here:
          the answer was too long to keep whole.
        </li>
      )}
      {groupEvents(tail).map((group) => (
        <Group key={`tail ${group.first}`} group={group} />
      ))}
    </ol>
  );
}

/** Rendered at first; there may be thousands. */
const shownEvents = 200;

function Group({ group: { name, events, text } }: { group: EventGroup }) {
  const [isOpen, setIsOpen] = useState(false);
  const [limit, setLimit] = useState(shownEvents);
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return null;
  return (
    <li>
      <details open={isOpen} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
        <summary class={name === 'error' ? 'bad' : ''}>
          <span class="at">{formatDuration(first.atMs)}</span>
          <span class="event-name">
            {name}
            {events.length > 1 && <span class="muted"> × {formatNumber(events.length)}</span>}
          </span>
          <span class="preview">{text}</span>
        </summary>
        {isOpen &&
          (events.length === 1 ? (
            <JsonView value={parse(first.data)} />
          ) : (
            <ol class="pieces">
              {events.slice(0, limit).map((event, index) => (
                <Piece key={index} event={event} />
              ))}
              {events.length > limit && (
                <li>
                  <button type="button" class="quiet" onClick={() => setLimit(events.length)}>
                    {formatNumber(events.length - limit)} more
                  </button>
                </li>
              )}
            </ol>
          ))}
      </details>
    </li>
  );
}

function Piece({ event: { atMs, data } }: { event: SentEvent }) {
  return (
    <li>
      <span class="at">{formatDuration(atMs)}</span>
      <code>{data}</code>
    </li>
  );
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    // One that was cut for its length.
    return data;
  }
}
