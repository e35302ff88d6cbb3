import { signal } from '@preact/signals';
import type { Answer } from './conversation.ts';

/** What a screen reader is told; an answer is read out once it is whole, not piece by piece. */
export const announcement = signal('');

/** As much as can be listened to at once; the whole stands in the page. */
const longestText = 600;

export function announceEnd({ state, steps }: Answer): void {
  switch (state.kind) {
    case 'running':
      return;
    case 'failed':
      announcement.value = `${state.problem.title} ${state.problem.detail}`;
      return;
    case 'stopped':
      announcement.value = 'The answer was stopped.';
      return;
    case 'tool-limit':
      announcement.value = 'The answer ended at the limit of tool calls.';
      return;
    case 'done': {
      const text = steps
        .at(-1)
        ?.blocks.map((block) => (block.type === 'text' ? block.text : ''))
        .join(' ');
      announcement.value = `Answer: ${text?.slice(0, longestText) ?? ''}`;
      return;
    }
    default:
      state satisfies never;
  }
}
