import type { ExchangeDetail } from '../../../src/ui/api.ts';
import { formatDuration, formatNumber, formatRate } from '../server/format.ts';
import { toPrefixBreakWords } from './prefix-break-words.ts';
import { CacheBar, SectionBar } from './section-bar.tsx';

interface OverviewTabProps {
  readonly detail: ExchangeDetail;
  /** Shows a place of the chat request. */
  readonly onShow: (path: readonly (string | number)[]) => void;
}

/** What it cost, and what went wrong. */
export function OverviewTab({ detail, onShow }: OverviewTabProps) {
  const { tokens, sections, error, headers, reading, state } = detail;
  return (
    <div class="overview">
      {error && (
        <section class="banner bad">
          <strong>
            {error.type} ({error.status})
          </strong>
          <p>{error.message}</p>
          {error.cause !== undefined && <p>Behind it, not told to the client: {error.cause}</p>}
        </section>
      )}
      <Figures detail={detail} />
      {state === 'prompt' && reading && (
        <section>
          <h3>Prompt</h3>
          <progress aria-label="Prompt read" max={reading.total} value={reading.processed} />
          <p>
            {formatNumber(reading.processed)} of {formatNumber(reading.total)} tokens read.
          </p>
        </section>
      )}
      {sections && (
        <section>
          <h3>Tokens of the prompt</h3>
          <SectionBar sections={sections} />
        </section>
      )}
      {tokens && tokens.input + tokens.cached > 0 && (
        <section>
          <h3>Cache</h3>
          <CacheBar tokens={tokens} />
          <BreakWords detail={detail} onShow={onShow} />
        </section>
      )}
      <section>
        <h3>Headers</h3>
        <dl class="headers">
          {Object.entries(headers).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p class="muted small">Those that tell something. Keys are masked.</p>
      </section>
    </div>
  );
}

function Figures({ detail }: { detail: ExchangeDetail }) {
  const { tokens, firstTokenMs, tokensPerSecond, queuedMs, durationMs, stopReason, chatRequests } = detail;
  return (
    <dl class="figures">
      {tokens && <Figure name="Answer" value={`${formatNumber(tokens.output)} tokens`} />}
      {tokensPerSecond !== undefined && (
        <Figure name="Tokens per second" value={formatRate(tokensPerSecond)} />
      )}
      {firstTokenMs !== undefined && <Figure name="First token after" value={formatDuration(firstTokenMs)} />}
      {queuedMs > 0 && <Figure name="In the queue" value={formatDuration(queuedMs)} />}
      {durationMs !== undefined && <Figure name="All in all" value={formatDuration(durationMs)} />}
      {stopReason !== undefined && <Figure name="Stop reason" value={stopReason} />}
      {chatRequests.length > 1 && <Figure name="Attempts" value={String(chatRequests.length)} />}
      {detail.attached && <Figure name="Answered by" value="the answer of an identical request" />}
      {detail.background === true && <Figure name="Kind" value="background call" />}
    </dl>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function BreakWords({ detail, onShow }: OverviewTabProps) {
  const words = toPrefixBreakWords(detail);
  const { tokens } = detail;
  if (!words) {
    return (
      <p class="muted">
        {tokens?.cached === 0
          ? 'It is the first request of its conversation, or what the model server had cached is gone.'
          : 'It departs nowhere from the previous request of its conversation.'}
      </p>
    );
  }
  return (
    <div class="banner warn">
      <strong>The prompt left the cached prefix. {words.where}</strong>
      <p>{words.cost}</p>
      <p>{words.why}</p>
      <button type="button" onClick={() => onShow(words.path)}>
        Show the place
      </button>
    </div>
  );
}
