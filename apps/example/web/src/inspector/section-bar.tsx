import type { ExchangeTokens, PromptSections } from '../../../src/ui/api.ts';
import { formatNumber, formatPercent } from '../server/format.ts';

const names = { tools: 'Tools', system: 'System', messages: 'Messages' } as const;

/** What the prompt's tokens are for, in the order that most templates put them in. */
export function SectionBar({ sections }: { sections: PromptSections }) {
  const total = sections.tools + sections.system + sections.messages;
  const parts = (['tools', 'system', 'messages'] as const).filter((part) => sections[part] > 0);
  return (
    <>
      <div class="bar" aria-hidden="true">
        {parts.map((part) => (
          <span key={part} class={part} style={{ flexGrow: sections[part] }} />
        ))}
      </div>
      <dl class="figures legend">
        {parts.map((part) => (
          <div key={part}>
            <dt>
              <span class={`swatch ${part}`} /> {names[part]}
            </dt>
            <dd>
              {formatNumber(sections[part])} <span class="muted">{formatPercent(sections[part], total)}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p class="muted small">
        {sections.counted
          ? 'Counted by the model server, with what its template adds.'
          : 'Estimated: the whole is the true count, its parts are by their length.'}
      </p>
    </>
  );
}

/** How much of the prompt did not have to be read. */
export function CacheBar({ tokens: { input, cached } }: { tokens: ExchangeTokens }) {
  const total = input + cached;
  return (
    <>
      <div class="bar" aria-hidden="true">
        <span class="cached" style={{ flexGrow: cached }} />
        <span class="fresh" style={{ flexGrow: input }} />
      </div>
      <p>
        {formatNumber(cached)} of {formatNumber(total)} tokens ({formatPercent(cached, total)}) were cached,{' '}
        {formatNumber(input)} had to be read.
      </p>
    </>
  );
}
