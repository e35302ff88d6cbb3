import type { ExchangeState } from '../../../src/ui/api.ts';

/** What to call each state. */
export const stateWords: Record<ExchangeState, string> = {
  starting: 'starting',
  queued: 'queued',
  loading: 'model loading',
  down: 'server down',
  prompt: 'reading prompt',
  answering: 'answering',
  completed: 'completed',
  failed: 'failed',
  aborted: 'client left',
};
