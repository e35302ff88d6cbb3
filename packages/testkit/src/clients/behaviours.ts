import { answers, cache } from './answers.ts';
import type { Behaviour } from './behaviour.ts';
import { claudeCodeSettings } from './claude-code-settings.ts';
import { troubles } from './troubles.ts';

/** Everything that is tried with every client, by what it is about. */
export const behaviours = {
  Answers: answers,
  'Prompt cache': cache,
  'Waiting, failing, leaving': troubles,
} satisfies Readonly<Record<string, readonly Behaviour[]>>;

/** Everything that the page tells. */
export const allBehaviours = { ...behaviours, 'Settings of Claude Code': claudeCodeSettings };
