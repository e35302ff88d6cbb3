import { findModel } from '../api/models.ts';
import { turns } from './conversation.ts';
import { toContextTokens } from './facts.ts';
import { settings } from './settings/settings.ts';

/** How much of the context window the conversation takes. */
export function ContextMeter() {
  const last = turns.value.findLast((turn) => turn.role === 'answer');
  const used = last && toContextTokens(last.answer.value);
  const size = findModel(settings.value.model)?.max_input_tokens ?? undefined;
  if (size === undefined) return <span class="context" />;
  const share = Math.min(1, (used ?? 0) / size);
  const text = `${(used ?? 0).toLocaleString()} of ${size.toLocaleString()} tokens`;
  return (
    <div class="context" title={`Context window: ${text}`}>
      <div
        class={`context-bar ${share > 0.9 ? 'full' : ''}`}
        role="meter"
        aria-label="Context window"
        aria-valuemin={0}
        aria-valuemax={size}
        aria-valuenow={used ?? 0}
        aria-valuetext={text}
      >
        <div style={{ width: `${share * 100}%` }} />
      </div>
      <span aria-hidden="true">
        {toShort(used ?? 0)} / {toShort(size)}
      </span>
    </div>
  );
}

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

function toShort(tokens: number): string {
  return short.format(tokens);
}
