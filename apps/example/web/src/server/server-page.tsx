import { useEffect } from 'preact/hooks';
import type { ModelStatus, ServerStatus, SlotsStatus, UpstreamHealth } from '../../../src/ui/api.ts';
import { formatCompact, formatDuration, formatNumber, formatPercent } from './format.ts';
import { KeyNeeded } from './key-needed.tsx';
import { RunningList } from './running-list.tsx';
import './server.css';
import './shared.css';
import { known, pollStatus } from './status-poll.ts';
import { ThroughputChart } from './throughput-chart.tsx';

/** The model server: its model, its slots, and how it is doing. */
export function ServerPage() {
  useEffect(pollStatus, []);
  const { status, failure } = known.value;
  if (failure?.status === 401) return <KeyNeeded title="Server" />;
  if (!status) {
    return (
      <section class="notice">
        <h1>Server</h1>
        {failure ? <p role="alert">{failure.message}</p> : <p class="muted">Asking the server …</p>}
      </section>
    );
  }
  return (
    <div class="server-page">
      <h1 class="visually-hidden">Server</h1>
      {failure && (
        <p class="banner bad" role="alert">
          {failure.message} What follows is from {formatDuration(Date.now() - status.now)} ago.
        </p>
      )}
      <Upstream status={status} />
      <div class="columns">
        <Slots status={status} />
        <section class="card">
          <h2>Requests</h2>
          <RunningList running={status.running} now={status.now} />
        </section>
      </div>
      <section class="card charts">
        <ThroughputChart
          title="Answers"
          about="tokens generated"
          name="generated"
          values={status.throughput.generated}
          throughput={status.throughput}
        />
        <ThroughputChart
          title="Prompts"
          about="tokens read, without cached ones"
          name="read"
          values={status.throughput.read}
          throughput={status.throughput}
        />
      </section>
      <Totals status={status} />
    </div>
  );
}

const healths: Record<UpstreamHealth, string> = { ready: 'Ready', loading: 'Loading', down: 'Down' };

function Upstream({ status: { upstream, framework } }: { status: ServerStatus }) {
  const { health, problem, description, version, models } = upstream;
  return (
    <section class="card upstream">
      <header>
        <h2>{description}</h2>
        <span class={`health ${health}`} role="status">
          {healths[health]}
        </span>
      </header>
      {problem !== undefined && <p class={`banner ${health === 'down' ? 'bad' : 'warn'}`}>{problem}</p>}
      {models.length > 0 && (
        <ul class="models">
          {models.map((model) => (
            <Model key={model.id} model={model} />
          ))}
        </ul>
      )}
      <p class="muted small">
        Behind {framework}
        {version !== undefined && `, version ${version}`}
      </p>
    </section>
  );
}

function Model({ model: { id, contextWindow, tools, thinking, vision } }: { model: ModelStatus }) {
  return (
    <li>
      <strong class="model-id">{id}</strong>
      <dl class="figures">
        <div>
          <dt>Context per slot</dt>
          <dd>{contextWindow === undefined ? 'not told' : `${formatNumber(contextWindow)} tokens`}</dd>
        </div>
        <Ability name="Tools" value={tools} />
        <Ability name="Thinking" value={thinking} />
        <Ability name="Images" value={vision} />
      </dl>
    </li>
  );
}

function Ability({ name, value }: { name: string; value: boolean | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value === undefined ? 'not told' : value ? 'yes' : 'no'}</dd>
    </div>
  );
}

function Slots({ status: { upstream, queued } }: { status: ServerStatus }) {
  const { slots } = upstream;
  return (
    <section class="card">
      <h2>Slots</h2>
      {slots === undefined ? (
        <p class="muted">
          {upstream.health === 'ready'
            ? 'The model server does not tell how many it has.'
            : 'Not known while the model server does not answer.'}
        </p>
      ) : (
        <SlotRow slots={slots} />
      )}
      <p>
        {queued === 0 ? (
          <span class="muted">Nobody waits.</span>
        ) : (
          <strong>{queued === 1 ? '1 request waits.' : `${formatNumber(queued)} requests wait.`}</strong>
        )}
      </p>
    </section>
  );
}

/** More than fit into a row are told as a number only. */
const mostSquares = 32;

function SlotRow({ slots: { total, busy, source } }: { slots: SlotsStatus }) {
  return (
    <>
      <p>
        <strong class="large">{busy}</strong> of {total} busy
        {source === 'here' && <span class="muted"> by what came through here</span>}
      </p>
      {total <= mostSquares && (
        <div class="squares" aria-hidden="true">
          {Array.from({ length: total }, (_, index) => (
            <span key={index} class={index < busy ? 'busy' : ''} />
          ))}
        </div>
      )}
    </>
  );
}

function Totals({ status: { totals, startedAt, now } }: { status: ServerStatus }) {
  const { completed, failed, aborted, inputTokens, cachedTokens, outputTokens } = totals;
  const prompt = inputTokens + cachedTokens;
  return (
    <section class="card">
      <h2>Since the start, {formatDuration(now - startedAt)} ago</h2>
      <dl class="figures">
        <div>
          <dt>Answered</dt>
          <dd>{formatNumber(completed)}</dd>
        </div>
        <div>
          <dt>Failed</dt>
          <dd class={failed > 0 ? 'bad' : ''}>{formatNumber(failed)}</dd>
        </div>
        <div>
          <dt>Stopped by clients</dt>
          <dd>{formatNumber(aborted)}</dd>
        </div>
        <div>
          <dt>Prompt tokens</dt>
          <dd title={formatNumber(prompt)}>{formatCompact(prompt)}</dd>
        </div>
        <div>
          <dt>of them cached</dt>
          <dd>{formatPercent(cachedTokens, prompt)}</dd>
        </div>
        <div>
          <dt>Answer tokens</dt>
          <dd title={formatNumber(outputTokens)}>{formatCompact(outputTokens)}</dd>
        </div>
      </dl>
    </section>
  );
}
