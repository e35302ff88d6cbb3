import type { Problem } from '../api/problem.ts';
import { KeyForm } from './key-form.tsx';

/** What went wrong, and what can be done. */
export function ProblemCard({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <section class="card problem" aria-label="Problem">
      <strong>{problem.title}</strong>
      <p>{problem.detail}</p>
      {problem.kind === 'key' ? (
        <KeyForm {...(onRetry && { onSaved: onRetry })} />
      ) : (
        onRetry && (
          <div class="row">
            <button type="button" onClick={onRetry}>
              Try again
            </button>
          </div>
        )
      )}
      {problem.requestId !== undefined && (
        <p class="hint">
          Request <code>{problem.requestId}</code>
        </p>
      )}
    </section>
  );
}
