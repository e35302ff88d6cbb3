import type { RunningPhase, RunningRequest } from '../../../src/ui/api.ts';
import { formatDuration, formatNumber, formatPercent } from './format.ts';

const phases: Record<RunningPhase, string> = {
  starting: 'Starting',
  queued: 'Waiting for a slot',
  loading: 'Waiting for the model to load',
  down: 'Waiting for the model server',
  prompt: 'Reading the prompt',
  answering: 'Answering',
};

/** The requests that have no whole answer yet. */
export function RunningList({ running, now }: { running: readonly RunningRequest[]; now: number }) {
  if (running.length === 0) return <p class="muted">No request at the moment.</p>;
  return (
    <ul class="running">
      {running.map((request) => (
        <li key={request.id}>
          <div class="who">
            <strong>{request.model}</strong>
            <span class="muted">{formatDuration(Math.max(0, now - request.receivedAt))}</span>
          </div>
          <div class="what">{describe(request)}</div>
          <ReadingBar request={request} />
        </li>
      ))}
    </ul>
  );
}

function describe({ phase, position, prompt, pieces }: RunningRequest): string {
  switch (phase) {
    case 'queued':
      return position === undefined ? phases.queued : `${phases.queued}, place ${position} in the queue`;
    case 'prompt':
      return prompt === undefined
        ? phases.prompt
        : `${phases.prompt}: ${formatNumber(prompt.processed)} of ${formatNumber(prompt.total)} tokens (${formatPercent(prompt.processed, prompt.total)}), ${formatNumber(prompt.cached)} of them cached`;
    case 'answering':
      return `${phases.answering}: about ${formatNumber(pieces)} tokens so far`;
    case 'starting':
    case 'loading':
    case 'down':
      return phases[phase];
    default:
      return phase satisfies never;
  }
}

function ReadingBar({ request: { phase, prompt } }: { request: RunningRequest }) {
  if (phase !== 'prompt' || prompt === undefined) return null;
  return <progress aria-label="Prompt read" max={prompt.total} value={prompt.processed} />;
}
