import { useEffect, useState } from 'preact/hooks';
import type { AnswerState, Step } from './conversation.ts';
import { formatElapsed } from './format.ts';
import { askForWait, type Wait } from './wait.ts';

/** Often enough for a bar that moves. */
const interval = 400;

/** What there is before the first piece of an answer: what is waited for, and since when. */
export function WaitingView({
  state,
  step,
}: {
  state: Extract<AnswerState, { kind: 'running' }>;
  step: Step | undefined;
}) {
  const { sentAt, requestId } = state;
  const [elapsedMs, setElapsedMs] = useState(0);
  const [wait, setWait] = useState<Wait>();

  useEffect(() => {
    const controller = new AbortController();
    const tick = async (): Promise<void> => {
      setElapsedMs(performance.now() - sentAt);
      setWait(requestId === undefined ? undefined : await askForWait(requestId, controller.signal));
      if (!controller.signal.aborted) timer = setTimeout(() => void tick(), interval);
    };
    let timer = setTimeout(() => void tick(), interval);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [sentAt, requestId]);

  return (
    <div class="waiting">
      <div class="waiting-text">
        <span>{describe(wait, step)}</span>
        {elapsedMs >= 1000 && <span class="elapsed">{formatElapsed(elapsedMs)}</span>}
      </div>
      {wait?.phase === 'prompt' && wait.prompt ? (
        <progress aria-label="Prompt read" max={wait.prompt.total} value={wait.prompt.processed} />
      ) : (
        <progress aria-label="Waiting" />
      )}
    </div>
  );
}

function describe(wait: Wait | undefined, step: Step | undefined): string {
  if (!wait) return describePrompt(step);
  switch (wait.phase) {
    case 'queued':
      return wait.position === 1 ? 'Next in the queue' : `Number ${wait.position ?? '?'} in the queue`;
    case 'loading':
      return 'The model is being loaded';
    case 'down':
      return 'Waiting for the model server to come back';
    case 'prompt':
      if (wait.prompt === undefined) return describePrompt(step);
      return `Reading the prompt: ${wait.prompt.processed.toLocaleString()} of ${wait.prompt.total.toLocaleString()} tokens${cached(wait.prompt.cached)}`;
    case 'starting':
    case 'answering':
      return describePrompt(step);
    default:
      return wait.phase satisfies never;
  }
}

/** The stream begins with the prompt's counts, before the prompt is read. */
function describePrompt(step: Step | undefined): string {
  return step?.counts && step.counts.input > 0
    ? `Reading the prompt: ${step.counts.input.toLocaleString()} tokens${cached(step.counts.cached)}`
    : 'Waiting for the model';
}

function cached(tokens: number): string {
  return tokens === 0 ? '' : ` (${tokens.toLocaleString()} were cached)`;
}
