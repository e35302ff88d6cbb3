import type { Answer } from './conversation.ts';
import { toFacts } from './facts.ts';
import { formatDuration, formatShare, formatSpeed } from './format.ts';

/** What an answer cost, in one line. */
export function AnswerFacts({ answer }: { answer: Answer }) {
  const facts = toFacts(answer);
  if (facts.firstPieceMs === undefined) return null;
  const about = facts.isEstimate ? '≈ ' : '';
  return (
    <dl class="facts">
      {facts.tokensPerSecond !== undefined && (
        <Fact name="Speed" value={`${about}${formatSpeed(facts.tokensPerSecond)}`} />
      )}
      <Fact name="Time to first token" label="first token" value={formatDuration(facts.firstPieceMs)} />
      <Fact name="Tokens written" label="out" value={`${about}${facts.outputTokens.toLocaleString()}`} />
      {facts.inputTokens > 0 && (
        <Fact name="Tokens read" label="in" value={facts.inputTokens.toLocaleString()} />
      )}
      {facts.inputTokens > 0 && (
        <Fact
          name="Share of the prompt that was cached"
          label="cached"
          value={formatShare(facts.cachedShare)}
        />
      )}
      {facts.requests > 1 && <Fact name="Requests" label="requests" value={String(facts.requests)} />}
    </dl>
  );
}

function Fact({ name, label, value }: { name: string; label?: string; value: string }) {
  return (
    <div title={name}>
      <dt class="visually-hidden">{name}</dt>
      <dd>
        {value}
        {label !== undefined && <span aria-hidden="true"> {label}</span>}
      </dd>
    </div>
  );
}
