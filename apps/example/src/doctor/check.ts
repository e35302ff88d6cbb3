/** `unknown` is what the server does not tell and what could not be tried. */
export type Verdict = 'ok' | 'warning' | 'problem' | 'unknown';

/** What was looked at, and what came out. */
export interface Check {
  /** Never changes, for scripts. */
  readonly id: string;
  readonly verdict: Verdict;
  /** What is so, in a sentence or a part of one. */
  readonly found: string;
  /** What to change, in a sentence; with `ok`, what would give more. */
  readonly remedy?: string;
}

/** Returns the worst verdict of them, where what is unknown is no worse than ok. */
export function worst(checks: readonly Check[]): 'ok' | 'warning' | 'problem' {
  const verdicts = checks.map(({ verdict }) => verdict);
  if (verdicts.includes('problem')) return 'problem';
  return verdicts.includes('warning') ? 'warning' : 'ok';
}
