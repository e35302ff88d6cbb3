import type { ExchangeSummary } from '../../../src/ui/api.ts';
import { formatCompact, formatDuration, formatPercent, formatRate, formatTime } from '../server/format.ts';
import { hasLostCache, isRunning } from './exchange-filter.ts';
import { stateWords } from './state-words.ts';

interface ExchangeItemProps {
  readonly summary: ExchangeSummary;
  readonly isSelected: boolean;
  readonly onSelect: (id: string) => void;
}

/** One line of the list, in two rows. */
export function ExchangeItem({ summary, isSelected, onSelect }: ExchangeItemProps) {
  const { id, receivedAt, client, title, model, state } = summary;
  return (
    <li
      id={`option-${id}`}
      role="option"
      aria-selected={isSelected}
      class={`exchange ${isRunning(state) ? 'is-running' : state}`}
      onClick={() => onSelect(id)}
    >
      <div class="first">
        <span class="state">{stateWords[state]}</span>
        <span class="title">{title}</span>
        <time class="muted" dateTime={new Date(receivedAt).toISOString()}>
          {formatTime(receivedAt)}
        </time>
      </div>
      <div class="second">
        <span>{client}</span>
        <span>{model}</span>
        <Facts summary={summary} />
      </div>
    </li>
  );
}

function Facts({ summary }: { summary: ExchangeSummary }) {
  const { tokens, firstTokenMs, tokensPerSecond, durationMs, stopReason, error } = summary;
  const prompt = tokens && tokens.input + tokens.cached;
  return (
    <>
      {error && <span class="bad">{error.type}</span>}
      {!tokens && <Waiting summary={summary} />}
      {tokens && prompt !== undefined && prompt > 0 && (
        <span title="Tokens of the prompt, and how many of them were cached">
          in {formatCompact(prompt)} <small>({formatPercent(tokens.cached, prompt)} cached)</small>
        </span>
      )}
      {tokens && tokens.output > 0 && (
        <span title="Tokens of the answer">out {formatCompact(tokens.output)}</span>
      )}
      {firstTokenMs !== undefined && (
        <span title="Time to the first token">first {formatDuration(firstTokenMs)}</span>
      )}
      {tokensPerSecond !== undefined && (
        <span title="Tokens per second">{formatRate(tokensPerSecond)} t/s</span>
      )}
      {durationMs !== undefined && <span title="Duration">{formatDuration(durationMs)}</span>}
      {stopReason !== undefined && <span title="Stop reason">{stopReason}</span>}
      {hasLostCache(summary) && <span class="warn">cache lost</span>}
    </>
  );
}

function Waiting({ summary: { position, reading, state } }: { summary: ExchangeSummary }) {
  if (state === 'queued' && position !== undefined) return <span>place {position} in the queue</span>;
  if (state !== 'prompt' || !reading) return null;
  return (
    <span>
      <progress aria-label="Prompt read" max={reading.total} value={reading.processed} />{' '}
      {formatCompact(reading.processed)} of {formatCompact(reading.total)} tokens
    </span>
  );
}
