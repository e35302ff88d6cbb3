import type { Signal } from '@preact/signals';
import { AnswerFacts } from './answer-facts.tsx';
import { regenerate, isRunning } from './chat.ts';
import type { Answer, Block, Step } from './conversation.ts';
import { canCopy, CopyButton } from './copy-button.tsx';
import { Markdown } from './markdown/markdown.tsx';
import { ProblemCard } from './problem-card.tsx';
import { fallbacks, settings } from './settings/settings.ts';
import { StructuredText } from './structured-text.tsx';
import { ThinkingView } from './thinking-view.tsx';
import { ToolCard } from './tool-card.tsx';
import { WaitingView } from './waiting-view.tsx';

export function AnswerView({ answer, isLast }: { answer: Signal<Answer>; isLast: boolean }) {
  const { steps, state } = answer.value;
  const last = steps.at(-1);
  const isActive = state.kind === 'running';
  const text = toText(steps);
  return (
    <>
      <h2 class="visually-hidden">Answer</h2>
      {steps.map((step, index) => (
        <StepView key={index} step={step} isGrowing={isActive && step === last} />
      ))}
      {isActive && (last?.blocks.length ?? 0) === 0 && <WaitingView state={state} step={last} />}
      <EndNote answer={answer.value} />
      {state.kind === 'failed' && (
        <ProblemCard problem={state.problem} {...(isLast && { onRetry: regenerate })} />
      )}
      <div class="turn-actions">
        <AnswerFacts answer={answer.value} />
        {canCopy && !isActive && text !== '' && <CopyButton text={text} />}
        {!isActive && state.kind !== 'failed' && isLast && (
          <button type="button" class="quiet" disabled={isRunning.value} onClick={regenerate}>
            Regenerate
          </button>
        )}
      </div>
    </>
  );
}

function StepView({ step, isGrowing }: { step: Step; isGrowing: boolean }) {
  return (
    <>
      {step.blocks.map((block, index) => (
        <BlockView
          key={index}
          block={block}
          step={step}
          isGrowing={isGrowing && index === step.blocks.length - 1 && step.stopReason === null}
        />
      ))}
    </>
  );
}

function BlockView({ block, step, isGrowing }: { block: Block; step: Step; isGrowing: boolean }) {
  switch (block.type) {
    case 'text':
      return step.structured ? (
        <StructuredText text={block.text} isGrowing={isGrowing} />
      ) : (
        <Markdown text={block.text} isGrowing={isGrowing} />
      );
    case 'thinking':
      return <ThinkingView text={block.thinking} durationMs={step.times.thinkingMs} isGrowing={isGrowing} />;
    case 'tool_use':
      return (
        <ToolCard
          call={block}
          result={step.results.find(({ id }) => id === block.id)}
          isGrowing={isGrowing}
        />
      );
    default:
      return block satisfies never;
  }
}

/** Why an answer ended where it did, if not because it was whole. */
function EndNote({ answer: { state, steps } }: { answer: Answer }) {
  if (state.kind === 'stopped') return <p class="end-note">Stopped.</p>;
  if (state.kind === 'tool-limit') {
    const rounds = settings.value.toolRounds ?? fallbacks.toolRounds;
    return <p class="end-note">Ended after {rounds} rounds of tool calls, the limit in the settings.</p>;
  }
  if (state.kind !== 'done') return null;
  const last = steps.at(-1);
  switch (last?.stopReason) {
    case 'max_tokens':
      return <p class="end-note">Cut off at the limit of tokens. The settings hold it: Longest answer.</p>;
    case 'model_context_window_exceeded':
      return <p class="end-note">Cut off: the context window is full.</p>;
    default:
      return last?.blocks.some(isVisible) ? null : <p class="end-note">The model ended without a word.</p>;
  }
}

function isVisible(block: Block): boolean {
  return block.type !== 'text' || block.text.trim() !== '';
}

function toText(steps: readonly Step[]): string {
  return steps
    .flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])))
    .join('\n\n');
}
