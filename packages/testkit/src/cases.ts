import { authCases } from './cases/auth.ts';
import { countTokensCases } from './cases/count-tokens.ts';
import { disconnectCases } from './cases/disconnect.ts';
import { errorCases } from './cases/errors.ts';
import { headerCases } from './cases/headers.ts';
import { limitCases } from './cases/limits.ts';
import { messagesCases } from './cases/messages.ts';
import { modelCases } from './cases/models.ts';
import { openaiUpstreamCases } from './cases/openai-upstream.ts';
import { reportCases } from './cases/reports.ts';
import { routingCases } from './cases/routing.ts';
import { sdkCases } from './cases/sdk.ts';
import { silenceCases } from './cases/silence.ts';
import { streamingCases } from './cases/streaming.ts';
import { contextCases } from './cases/context.ts';
import { memoryCases } from './cases/memory.ts';
import { queueCases } from './cases/queue.ts';
import { retriesCases } from './cases/retries.ts';
import { secondAttemptCases } from './cases/second-attempt.ts';
import { threadsCases } from './cases/threads.ts';
import type { ConformanceCase } from './conformance-case.ts';

/** Every case that every adapter runs, grouped by what it is about; data, so that a page or a command can list them. */
export const cases: Readonly<Record<string, readonly ConformanceCase[]>> = {
  messages: messagesCases,
  streaming: streamingCases,
  errors: errorCases,
  silence: silenceCases,
  disconnect: disconnectCases,
  limits: limitCases,
  headers: headerCases,
  routing: routingCases,
  auth: authCases,
  models: modelCases,
  'count tokens': countTokensCases,
  'openai upstream': openaiUpstreamCases,
  queue: queueCases,
  retries: retriesCases,
  threads: threadsCases,
  memory: memoryCases,
  context: contextCases,
  'second attempt': secondAttemptCases,
  reports: reportCases,
  sdk: sdkCases,
};
