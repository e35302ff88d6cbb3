import type { Check } from '../doctor/check.ts';
import { runApp } from './run-app.ts';

export interface Report {
  readonly code: number | null;
  readonly verdict: string;
  /** By id. */
  readonly checks: Readonly<Record<string, Check>>;
}

/** Runs `doctor --json` of the built app. */
export async function runDoctor(...args: string[]): Promise<Report> {
  const app = runApp(['doctor', '--json', ...args]);
  const code = await app.exit;
  // On a slow machine, progress is told on standard error.
  const text = app.output().slice(app.output().indexOf('{'));
  const { verdict, checks } = JSON.parse(text) as { verdict: string; checks: Check[] };
  return { code, verdict, checks: Object.fromEntries(checks.map((check) => [check.id, check])) };
}
